// SPDX-License-Identifier: Apache-2.0

// Terraform's own library for `credentials_helper`: asks the helper for a host's credentials and makes a request with
// them. usage: terraform_request HELPER (get|store|forget) HOST [URL]
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/hashicorp/terraform-svchost"
	"github.com/hashicorp/terraform-svchost/auth"
)

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func get(source auth.CredentialsSource, host svchost.Hostname, url string) {
	credentials, err := source.ForHost(host)
	fail(err)
	request, err := http.NewRequest("GET", url, nil)
	fail(err)
	if credentials == nil {
		fmt.Println("no credentials")
		return
	}
	credentials.PrepareRequest(request)
	answer, err := http.DefaultClient.Do(request)
	fail(err)
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	fail(err)
	if answer.StatusCode != http.StatusOK {
		fail(fmt.Errorf("%s", answer.Status))
	}
}

func main() {
	source := auth.HelperProgramCredentialsSource(os.Args[1])
	host, err := svchost.ForComparison(os.Args[3])
	fail(err)
	switch os.Args[2] {
	case "get":
		get(source, host, os.Args[4])
	case "store":
		fail(source.StoreForHost(host, auth.HostCredentialsToken("attacker")))
	case "forget":
		fail(source.ForgetForHost(host))
	}
}
