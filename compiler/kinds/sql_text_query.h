// For queries that must take SQL text of the server apart: a regular expression for any text in which quotes are closed, so that what follows it is never found
// inside a string or a quoted name. A macro, because the parts join to string literals when the program is compiled.
#pragma once

// Not greedy: the shortest text wins. Strings are doubled as they stand inside a SQL string; standard_conforming_strings is on when lpc reads.
#define LPC_UNQUOTED "(?:''(?:[^'']|'''')*?''|\"[^\"]*?\"|[^''\"])*?"
