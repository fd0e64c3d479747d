/*
 * timeline_set_flat.c
 *		A set of timelines in one piece: its items one behind the other, each with its packed
 *		timeline, so that reading it is a walk.
 */
#include "postgres.h"

#include "base/compat.h"
#include "timeline_set/timeline_set.h"
#include "utils/memutils.h"

/* A flat set that is made item by item. */
typedef struct FlatBuilder
{
	FlatTimelines *flat;
	Size		size;
	Size		max_size;
} FlatBuilder;

static void
begin_flat(FlatBuilder *builder, bool text_keys)
{
	builder->size = offsetof(FlatTimelines, data);
	builder->max_size = 1024;
	builder->flat = palloc(builder->max_size);
	memset(builder->flat, 0, builder->size);
	builder->flat->version = FLAT_TIMELINES_VERSION;
	builder->flat->text_keys = text_keys;
}

/* Appends bytes and zeroes up to the next multiple of 4. */
static void
append(FlatBuilder *builder, const void *data, Size size)
{
	char	   *to = (char *) builder->flat + builder->size;

	memcpy(to, data, size);
	memset(to + size, 0, INTALIGN(size) - size);
	builder->size += INTALIGN(size);
}

/* Adds an item; the item NULL comes last. */
static void
add_item(FlatBuilder *builder, const SetItem *item)
{
	Size		key_size = item->is_null ? 0 :
	!builder->flat->text_keys ? sizeof(int64) : sizeof(uint32) + INTALIGN(item->text_len);
	Size		timeline_size = item->timeline == NULL ? VARHDRSZ : VARSIZE_ANY(item->timeline);
	Size		size = builder->size + key_size + INTALIGN(timeline_size);

	if (size > builder->max_size)
	{
		if (size > MaxAllocSize)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("set of timelines is too large to be kept as one value"),
					 errdetail("It would take more than %d bytes.", (int) MaxAllocSize),
					 errhint("Use vsm.unnest in the query that makes the set, "
							 "in its select list or in FROM over a subquery, and keep the rows.")));
		builder->max_size = Min(Max(size, builder->max_size * 2), MaxAllocSize);
		builder->flat = repalloc(builder->flat, builder->max_size);
	}
	if (item->is_null)
		builder->flat->null_item = true;
	else if (!builder->flat->text_keys)
		append(builder, &item->number, sizeof(int64));
	else
	{
		append(builder, &item->text_len, sizeof(uint32));
		append(builder, item->text, item->text_len);
	}
	if (item->timeline == NULL)
	{
		char	   *none = (char *) builder->flat + builder->size;

		SET_VARSIZE(none, VARHDRSZ);
		builder->size += VARHDRSZ;
	}
	else
		append(builder, item->timeline, timeline_size);
	builder->flat->num_items++;
}

static FlatTimelines *
end_flat(FlatBuilder *builder)
{
	SET_VARSIZE(builder->flat, builder->size);
	return builder->flat;
}

const FlatTimelines *
timeline_set_flat(TimelineSet *set)
{
	MemoryContext old;
	TimelineSetReader *reader;
	FlatBuilder builder;
	SetItem		item;

	if (set->flat != NULL)
		return set->flat;
	old = MemoryContextSwitchTo(set->context);
	reader = timeline_set_read(set, set->context);
	begin_flat(&builder, set->text_keys);
	while (timeline_set_next(reader, &item))
		add_item(&builder, &item);
	timeline_set_read_end(reader);
	set->flat = end_flat(&builder);
	if (set->num_readers == 0)
		timeline_set_free_partitions(set);
	MemoryContextSwitchTo(old);
	return set->flat;
}
