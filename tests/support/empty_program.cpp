// SPDX-License-Identifier: Apache-2.0
/// What a process costs that does nothing: the floor of the benchmarks.
int main() { return 0; }
