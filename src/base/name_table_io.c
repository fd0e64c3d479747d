/*
 * name_table_io.c
 *		Names of a table in binary form, and as text of SQL.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/name_table_io.h"
#include "base/value_io.h"
#include "miscadmin.h"

void
name_table_send(StringInfo buf, const NameTable *table)
{
	pq_sendint32(buf, table->num_names);
	for (uint32 i = 0; i < table->num_names; i++)
	{
		char		buffer[HEX_NAME_MAX];
		uint32		len;
		const char *name = name_table_get(table, i, buffer, &len);

		vsm_sendcountedtext(buf, name, len);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

uint32 *
name_table_receive(StringInfo buf, RecordState **state, uint32 extra, const char *what, uint32 *num_names)
{
	uint32	   *numbers;

	/* Its length alone takes 4 bytes. */
	*num_names = pq_getmsgint(buf, 4);
	if (*num_names > (buf->len - buf->cursor) / (4 + extra))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid number of names in binary %s: %u", what, *num_names)));
	numbers = palloc(sizeof(uint32) * ((Size) *num_names + 1));
	for (uint32 i = 0; i < *num_names; i++)
	{
		int32		len = pq_getmsgint(buf, 4);
		int			server_len;
		char	   *name;

		if (len <= 0 || len > buf->len - buf->cursor)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid length of a name in binary %s: %d", what, len)));
		name = pq_getmsgtext(buf, len, &server_len);
		numbers[i] = record_state_name(state, name, server_len);
		pfree(name);
		if ((i & 0xffff) == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return numbers;
}

Datum
name_table_text(const NameTable *table, uint32 place, NameText *kept)
{
	char	   *bytes;
	const char *name;
	uint32		len;

	if (kept->value == NULL)
	{
		kept->max_len = HEX_NAME_MAX;
		kept->value = palloc(VARHDRSZ + kept->max_len);
	}
	/* The bytes of a packed name are unpacked right into the text. */
	bytes = VARDATA(kept->value);
	name = name_table_get(table, place, bytes, &len);
	if (name != bytes)
	{
		if (len > kept->max_len)
		{
			pfree(kept->value);
			kept->max_len = len;
			kept->value = palloc(VARHDRSZ + (Size) len);
		}
		memcpy(VARDATA(kept->value), name, len);
	}
	SET_VARSIZE(kept->value, VARHDRSZ + (Size) len);
	return PointerGetDatum(kept->value);
}

Datum
name_table_new_text(const NameTable *table, uint32 place)
{
	NameText	kept = {0};

	return name_table_text(table, place, &kept);
}
