/*
 * asan_first.c
 *		Starts AddressSanitizer before anything else in a program that is not built with it.
 *
 * Preloaded, AddressSanitizer starts with the first malloc. In a server that may be the one that
 * the constructor of some library does inside bindtextdomain, which holds libc's lock for messages:
 * AddressSanitizer looks for a symbol there, does not find it, asks for the message of that error,
 * and waits for the lock for ever. Linked with -z initfirst, this constructor is the first of all.
 */
#include <stdlib.h>

static void *volatile first;

__attribute__((constructor)) static void
start(void)
{
	first = malloc(1);
	free(first);
}
