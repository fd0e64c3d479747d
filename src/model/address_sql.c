/*
 * address_sql.c
 *		What an address of a tool lies in. Several stand in each payload, and a regular expression
 *		takes as long as all else that is done for one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_gitlab_path);
PG_FUNCTION_INFO_V1(vsm_jenkins_path);
PG_FUNCTION_INFO_V1(vsm_git_repository);
PG_FUNCTION_INFO_V1(vsm_address_commit);

/*
 * gitlab_path(url text) -> text
 *
 * What stands between the host and the first /-/ of an address: https://host/PATH/-/issues/1, without
 * the groups/ that addresses of groups begin with.
 */
Datum
vsm_gitlab_path(PG_FUNCTION_ARGS)
{
	text	   *url = PG_GETARG_TEXT_PP(0);
	const char *place = VARDATA_ANY(url);
	const char *end = place + VARSIZE_ANY_EXHDR(url);
	const char *scheme = place;
	const char *path;

	while (place < end && *place >= 'a' && *place <= 'z')
		place++;
	if (place == scheme || end - place < 3 || memcmp(place, "://", 3) != 0)
		PG_RETURN_NULL();
	place += 3;
	path = place == end ? NULL : memchr(place, '/', end - place);
	if (path == NULL || path == place)
		PG_RETURN_NULL();
	path++;
	/* (A path has a character at least.) */
	for (place = path + 1; end - place >= 3; place++)
	{
		place = memchr(place, '/', end - place);
		if (place == NULL || end - place < 3)
			break;
		if (place[1] != '-' || place[2] != '/')
			continue;
		if (place - path >= 7 && memcmp(path, "groups/", 7) == 0)
			path += 7;
		PG_RETURN_TEXT_P(cstring_to_text_with_len(path, place - path));
	}
	PG_RETURN_NULL();
}

/* Where the number behind jobs ends, /12; NULL if none stands there alone. */
static const char *
behind_number(const char *place, const char *end)
{
	const char *start = place + 1;

	if (place >= end || *place != '/')
		return NULL;
	for (place = start; place < end && *place >= '0' && *place <= '9';)
		place++;
	return place > start && (place == end || *place == '/') ? place : NULL;
}

/*
 * jenkins_path(url text) -> text
 *
 * The jobs and the number of the build that an address lies in, shop/job/checkout#12: the first
 * /job/shop/job/checkout/12 in it, of which the first slash may be left out.
 */
Datum
vsm_jenkins_path(PG_FUNCTION_ARGS)
{
	text	   *url = PG_GETARG_TEXT_PP(0);
	int			len = VARSIZE_ANY_EXHDR(url);
	char	   *start = palloc(len + 1);
	const char *end = start + len + 1;
	bool	   *is_known = palloc0(len + 1);	/* places from which jobs lead to no number */

	*start = '/';
	memcpy(start + 1, VARDATA_ANY(url), len);
	for (const char *place = start; place != NULL && place < end; place = memchr(place + 1, '/', end - place - 1))
	{
		const char *number = place;
		const char *behind;

		CHECK_FOR_INTERRUPTS();
		while (end - number > 5 && memcmp(number, "/job/", 5) == 0 && number[5] != '/' && !is_known[number - start])
		{
			is_known[number - start] = true;
			number += 5;
			while (number < end && *number != '/')
				number++;
		}
		behind = number == place ? NULL : behind_number(number, end);
		if (behind == NULL)
			continue;
		start[number - start] = '#';
		PG_RETURN_TEXT_P(cstring_to_text_with_len(place + 5, behind - place - 5));
	}
	PG_RETURN_NULL();
}

/* Where a run of characters that are none of these ends; NULL if it has none. */
static const char *
behind_run(const char *place, const char *end, const char *others)
{
	const char *start = place;

	while (place < end && (*place == '\0' || strchr(others, *place) == NULL))
		place++;
	return place > start ? place : NULL;
}

/* Where the path of a remote of Git begins: https://host/PATH, git@host:PATH; NULL if it is none. */
static const char *
path_of_remote(const char *url, const char *end)
{
	const char *place = url;

	while (place < end && ((*place >= 'a' && *place <= 'z') || *place == '+'))
		place++;
	if (place > url && end - place > 3 && memcmp(place, "://", 3) == 0)
	{
		place = behind_run(place + 3, end, "/");
		return place != NULL && place < end ? place + 1 : NULL;
	}
	place = behind_run(url, end, "/:@");
	if (place == NULL || place == end || *place != '@')
		return NULL;
	place = behind_run(place + 1, end, "/:");
	return place != NULL && place < end && *place == ':' ? place + 1 : NULL;
}

/*
 * git_repository(url text) -> text
 *
 * The path in the address of a remote of Git, by https, ssh or scp, without a slash before and behind it
 * and without .git: shop/checkout.
 */
Datum
vsm_git_repository(PG_FUNCTION_ARGS)
{
	text	   *url = PG_GETARG_TEXT_PP(0);
	const char *end = VARDATA_ANY(url) + VARSIZE_ANY_EXHDR(url);
	const char *path = path_of_remote(VARDATA_ANY(url), end);

	if (path == NULL || path == end)
		PG_RETURN_NULL();
	if (end - path > 1 && *path == '/')
		path++;
	if (end - path > 1 && end[-1] == '/')
		end--;
	if (end - path >= 4 && memcmp(end - 4, ".git", 4) == 0)
		end -= 4;
	PG_RETURN_TEXT_P(cstring_to_text_with_len(path, end - path));
}

/*
 * address_commit(url text) -> text
 *
 * The SHA behind the first /commit/ of an address that has one there, of 40 to 64 digits.
 */
Datum
vsm_address_commit(PG_FUNCTION_ARGS)
{
	static const char mark[] = "/commit/";
	text	   *url = PG_GETARG_TEXT_PP(0);
	const char *place = VARDATA_ANY(url);
	const char *end = place + VARSIZE_ANY_EXHDR(url);

	while (place < end && (place = memchr(place, '/', end - place)) != NULL)
	{
		const char *sha = place + sizeof(mark) - 1;
		int			digits = 0;

		if (end - place >= sizeof(mark) - 1 && memcmp(place, mark, sizeof(mark) - 1) == 0)
		{
			while (digits < 64 && sha + digits < end &&
				   ((sha[digits] >= '0' && sha[digits] <= '9') || (sha[digits] >= 'a' && sha[digits] <= 'f')))
				digits++;
			if (digits >= 40)
				PG_RETURN_TEXT_P(cstring_to_text_with_len(sha, digits));
		}
		place++;
	}
	PG_RETURN_NULL();
}
