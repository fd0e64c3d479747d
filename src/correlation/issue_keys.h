/*
 * issue_keys.h
 *		The keys of issues that a text names: PAY-12 in a commit's subject or a branch's name.
 */
#ifndef VSM_ISSUE_KEYS_H
#define VSM_ISSUE_KEYS_H

#include "base/record_state.h"

/* A key found: its place in the text. */
typedef struct IssueKey
{
	uint32		start;
	uint32		dash;
	uint32		end;
} IssueKey;

/*
 * The keys of a text. Most name one or two: those are compared with each other in place. Where
 * there are more, all move to a dictionary, so that a long list is not quadratic.
 */
#define KEYS_INLINE		16

typedef struct IssueKeys
{
	IssueKey	first[KEYS_INLINE];
	uint32		num_keys;		/* in first */
	RecordState *more;			/* all keys, or NULL */
} IssueKeys;

/* Project keys in upper case, in a hash table. */
typedef struct KnownProjects
{
	uint32		mask;			/* slots - 1 */
	char	  **slots;			/* NULL: free */
} KnownProjects;

/*
 * Enters a project, written in upper case to copy, which has room for its bytes and a terminating
 * zero. At least half of the slots must be free.
 */
extern void known_projects_enter(KnownProjects *projects, const char *project, uint32 len, char *copy);

/*
 * Finds the keys of a text: a project, a dash and a number that does not begin with 0, with no
 * character of a word before and behind, but for an underscore behind. Without projects a project
 * is two or more upper-case letters, digits and underscores and begins with a letter, and what is
 * the name of a standard or an algorithm (UTF-8, ISO-8601, CVE-2024-1) is no key.
 * With projects (NULL: any) a project is one of them, in whatever case.
 */
extern void issue_keys_find(const char *text, uint32 len, const KnownProjects *projects, IssueKeys *found);

/* Writes a key, end - start bytes, its project in upper case. */
extern void issue_key_copy(const char *text, const IssueKey *key, char *to);

#endif							/* VSM_ISSUE_KEYS_H */
