// Package house holds the rules of the repository as tests: which package may
// import which, that ARCHITECTURE.md names the packages there are, and that
// files and functions stay short. It has no code of its own.
package house
