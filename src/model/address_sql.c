/*
 * address_sql.c
 *		What an address of a tool lies in. Several stand in each payload, and a regular expression
 *		takes as long as all else that is done for one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_gitlab_path);
PG_FUNCTION_INFO_V1(vsm_jenkins_path);

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

/* Where the jobs of an address that begin at a place end, /job/shop/job/checkout; NULL if there are none. */
static const char *
behind_jobs(const char *place, const char *end)
{
	const char *behind = NULL;

	while (end - place > 5 && memcmp(place, "/job/", 5) == 0 && place[5] != '/')
	{
		place += 5;
		while (place < end && *place != '/')
			place++;
		behind = place;
	}
	return behind;
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

	*start = '/';
	memcpy(start + 1, VARDATA_ANY(url), len);
	for (const char *place = start; place != NULL && place < end; place = memchr(place + 1, '/', end - place - 1))
	{
		const char *number = behind_jobs(place, end);
		const char *behind = number == NULL ? NULL : behind_number(number, end);

		if (behind == NULL)
			continue;
		start[number - start] = '#';
		PG_RETURN_TEXT_P(cstring_to_text_with_len(place + 5, behind - place - 5));
	}
	PG_RETURN_NULL();
}
