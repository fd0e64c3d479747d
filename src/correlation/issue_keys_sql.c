/*
 * issue_keys_sql.c
 *		vsm.issue_keys: the keys of issues that a text names.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_type.h"
#include "correlation/issue_keys.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(vsm_issue_keys);
PG_FUNCTION_INFO_V1(vsm_issue_keys_of_projects);

/* The set of projects, in one chunk with the argument it was made from, kept between calls. */
typedef struct KeptProjects
{
	KnownProjects projects;
	ArrayType  *array;
} KeptProjects;

/* The text of a key: its project in upper case. */
static text *
key_text(const char *text_bytes, const IssueKey *key)
{
	Size		size = VARHDRSZ + (Size) (key->end - key->start);
	text	   *value = palloc(size);

	SET_VARSIZE(value, size);
	issue_key_copy(text_bytes, key, VARDATA(value));
	return value;
}

/* The keys as text[], projects in upper case. */
static Datum
keys_array(const char *text, const IssueKeys *found)
{
	Datum		first[KEYS_INLINE];
	Datum	   *elements = first;
	uint32		num_elements = found->num_keys;

	if (num_elements == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	if (found->more == NULL)
	{
		for (uint32 i = 0; i < num_elements; i++)
			first[i] = PointerGetDatum(key_text(text, &found->first[i]));
	}
	else
	{
		const RecordName *name = record_state_first_name(found->more);
		char		buffer[HEX_NAME_MAX];

		num_elements = found->more->num_names;
		elements = palloc_extended(sizeof(Datum) * (Size) num_elements, MCXT_ALLOC_HUGE);
		for (uint32 i = 0; i < num_elements; i++)
		{
			CHECK_FOR_INTERRUPTS();
			elements[i] = PointerGetDatum(cstring_to_text_with_len(record_name_bytes(name, buffer), record_name_len(name)));
			name = record_state_next_name(name);
		}
	}
	return PointerGetDatum(construct_array(elements, num_elements, TEXTOID, -1, false, TYPALIGN_INT));
}

/* The set of projects for the argument: that of the call before if the argument is the same. */
static const KnownProjects *
get_projects(FunctionCallInfo fcinfo, int argno)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	KeptProjects *kept = fcinfo->flinfo->fn_extra;
	Datum	   *elements;
	bool	   *nulls;
	int			num_elements;
	Size		size;
	uint32		num_slots = 4;
	char	   *bytes;

	if (kept != NULL && VARSIZE(kept->array) == VARSIZE(array) &&
		memcmp(kept->array, array, VARSIZE(array)) == 0)
		return &kept->projects;
	if (kept != NULL)
	{
		fcinfo->flinfo->fn_extra = NULL;
		pfree(kept);
	}

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &num_elements);
	while (num_slots < (uint32) num_elements * 2)
		num_slots *= 2;
	size = sizeof(KeptProjects) + sizeof(char *) * (Size) num_slots + VARSIZE(array);
	for (int i = 0; i < num_elements; i++)
		size += nulls[i] ? 0 : VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i])) + 1;

	kept = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, size);
	kept->projects.mask = num_slots - 1;
	kept->projects.slots = (char **) (kept + 1);
	kept->array = (ArrayType *) (kept->projects.slots + num_slots);
	memcpy(kept->array, array, VARSIZE(array));
	bytes = (char *) kept->array + VARSIZE(array);
	for (int i = 0; i < num_elements; i++)
	{
		const char *project;
		uint32		len;

		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		project = VARDATA_ANY(DatumGetPointer(elements[i]));
		len = VARSIZE_ANY_EXHDR(DatumGetPointer(elements[i]));
		known_projects_enter(&kept->projects, project, len, bytes);
		bytes += len + 1;
	}
	fcinfo->flinfo->fn_extra = kept;
	return &kept->projects;
}

/* issue_keys(text text) -> text[]: distinct keys in order of appearance. Strict. */
Datum
vsm_issue_keys(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	IssueKeys	found;

	issue_keys_find(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), NULL, &found);
	return keys_array(VARDATA_ANY(value), &found);
}

/*
 * issue_keys(text text, projects text[]) -> text[]: the same for these projects only, in
 * whatever case they and the text are; keys are given in upper case. Strict.
 */
Datum
vsm_issue_keys_of_projects(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	IssueKeys	found;

	issue_keys_find(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), get_projects(fcinfo, 1), &found);
	return keys_array(VARDATA_ANY(value), &found);
}
