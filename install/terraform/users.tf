# SPDX-License-Identifier: Apache-2.0
# Reads the SASE API. The token is stored in the state and in saved plans: see README.md.
data "external" "sase" {
  program = ["sase-credential", "token", "--format", "external", "--min-ttl", "15m"]
  query   = { host = "api.perimeter81.com" }
}

data "http" "users" {
  url             = "https://api.perimeter81.com/api/rest/v1/users"
  request_headers = { Authorization = "Bearer ${data.external.sase.result.access_token}" }
}

output "users" {
  value = jsondecode(data.http.users.response_body)
}
