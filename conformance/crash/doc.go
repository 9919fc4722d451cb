// Package crash kills a real process under load and looks at what is left. It
// has no code of its own; the tests run their own binary again as the victim.
//
//	child: writers → commit → acknowledgement on a pipe | SIGKILL
//	parent: acknowledgements → open → compare
//
// What is held to, with every sync mode that promises it (full and normal):
//  1. What was acknowledged is there.
//  2. Each transaction is there whole or not at all.
//  3. integrity_check is clean, and indexes agree with their tables.
//  4. The next process opens the file without help, again and again.
package crash
