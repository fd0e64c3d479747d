/*
 * timeline_set_share.c
 *		A set of timelines that several processes fill and read together.
 */
#include "postgres.h"

#include <fcntl.h>

#include "base/compat.h"
#include "port/atomics.h"
#include "storage/barrier.h"
#include "storage/lwlock.h"
#include "storage/sharedfileset.h"
#include "timeline_set/timeline_set_share.h"
#include "utils/memutils.h"
#include "utils/wait_event.h"

/* A name of a state; they are numbered as they follow each other. */
typedef struct SharedName
{
	dsa_pointer next;
	uint32		len;
	char		data[FLEXIBLE_ARRAY_MEMBER];
} SharedName;

/* A piece of a partition: a chunk, or a part of the file of the process that wrote it. */
typedef struct SharedPiece
{
	dsa_pointer chunk;
	int			fileno;
	off_t		offset;
	Size		size;
} SharedPiece;

/* What a process has added to the set. */
typedef struct SharedPart
{
	uint32		first[SET_PARTITIONS + 2];	/* piece of each partition, and behind them */
	SharedPiece pieces[FLEXIBLE_ARRAY_MEMBER];
} SharedPart;

struct SharedSet
{
	Barrier		barrier;		/* in phase 0 the set is filled */
	LWLock		names_lock;
	dsa_pointer first_name;
	dsa_pointer last_name;
	pg_atomic_uint32 num_parts; /* processes that began one */
	pg_atomic_uint32 next_partition;
	pg_atomic_uint64 memory;
	pg_atomic_uint64 file_bytes;
	dsm_handle	segment;
	SharedFileSet files;
	int			max_parts;
	dsa_pointer parts[FLEXIBLE_ARRAY_MEMBER];	/* invalid: there is none */
};

/* A process's view of it. */
typedef struct SetShare
{
	SharedSet  *shared;
	dsa_area   *area;
	uint32		number;			/* of the part of this process, if it fills the set */
	dsa_pointer last_name;		/* that is known here */
	MemoryContext context;
	BufFile   **files;			/* of the other parts, once they are needed */
} SetShare;

/*----------
 * Beginning and ending.
 *----------
 */

Size
timeline_set_share_size(int num_processes)
{
	return add_size(offsetof(SharedSet, parts), mul_size(sizeof(dsa_pointer), num_processes));
}

static void
begin_shared(SharedSet *shared)
{
	BarrierInit(&shared->barrier, 0);
	shared->first_name = shared->last_name = InvalidDsaPointer;
	pg_atomic_write_u32(&shared->num_parts, 0);
	pg_atomic_write_u32(&shared->next_partition, 0);
	for (int i = 0; i < shared->max_parts; i++)
		shared->parts[i] = InvalidDsaPointer;
}

void
timeline_set_share_init(SharedSet *shared, int num_processes, dsm_segment *segment)
{
	/* It is a lock on the query's shared memory, and named so. */
	LWLockInitialize(&shared->names_lock, LWTRANCHE_PARALLEL_QUERY_DSA);
	pg_atomic_init_u32(&shared->num_parts, 0);
	pg_atomic_init_u32(&shared->next_partition, 0);
	pg_atomic_init_u64(&shared->memory, 0);
	pg_atomic_init_u64(&shared->file_bytes, 0);
	shared->max_parts = num_processes;
	begin_shared(shared);
	shared->segment = dsm_segment_handle(segment);
	SharedFileSetInit(&shared->files, segment);
}

void
timeline_set_share_attach(SharedSet *shared)
{
	dsm_segment *segment = dsm_find_mapping(shared->segment);

	if (segment == NULL)
		elog(ERROR, "no mapping of the segment of a shared set of timelines");
	SharedFileSetAttach(&shared->files, segment);
}

void
timeline_set_share_reset(SharedSet *shared, dsa_area *area)
{
	dsa_pointer name = shared->first_name;

	while (DsaPointerIsValid(name))
	{
		dsa_pointer next = ((SharedName *) dsa_get_address(area, name))->next;

		dsa_free(area, name);
		name = next;
	}
	for (int i = 0; i < shared->max_parts; i++)
	{
		const SharedPart *part;

		if (!DsaPointerIsValid(shared->parts[i]))
			continue;
		part = dsa_get_address(area, shared->parts[i]);
		for (uint32 j = 0; j < part->first[SET_PARTITIONS + 1]; j++)
		{
			if (DsaPointerIsValid(part->pieces[j].chunk))
				dsa_free(area, part->pieces[j].chunk);
		}
		dsa_free(area, shared->parts[i]);
	}
	SharedFileSetDeleteAll(&shared->files);
	begin_shared(shared);
}

TimelineSet *
timeline_set_new_shared(MemoryContext context, bool text_keys, Size max_memory, SharedSet *shared, dsa_area *area)
{
	TimelineSet *set = timeline_set_new(context, text_keys, max_memory);
	SetShare   *share = MemoryContextAllocZero(context, sizeof(SetShare));

	share->shared = shared;
	share->area = area;
	share->context = context;
	share->last_name = InvalidDsaPointer;
	set->share = set->names->share = share;

	/* As large as it may become: the partitions of all processes are the same. */
	set->partition_mask = SET_PARTITIONS - 1;
	return set;
}

bool
timeline_set_share_begin(TimelineSet *set)
{
	SetShare   *share = set->share;

	if (BarrierAttach(&share->shared->barrier) != 0)
	{
		BarrierDetach(&share->shared->barrier);
		return false;
	}
	share->number = pg_atomic_fetch_add_u32(&share->shared->num_parts, 1);
	if (share->number >= share->shared->max_parts)
		elog(ERROR, "more than %d processes fill a shared set of timelines", share->shared->max_parts);
	return true;
}

static uint32
count_pieces(const TimelineSet *set)
{
	uint32		count = 0;

	for (uint32 number = 0; number <= SET_NULL_ITEM; number++)
	{
		count += set->partitions[number].num_extents;
		for (const SetChunk *chunk = set->partitions[number].first; chunk != NULL; chunk = chunk->next)
			count++;
	}
	return count;
}

/* Hands the chunks of this process over to all. */
static void
publish(TimelineSet *set)
{
	SetShare   *share = set->share;
	dsa_pointer pointer;
	SharedPart *part;
	SharedPiece *piece;

	for (uint32 number = 0; number <= SET_NULL_ITEM; number++)
		timeline_set_close_chunk(set, number);
	pointer = dsa_allocate_extended(share->area,
									offsetof(SharedPart, pieces) + sizeof(SharedPiece) * (Size) count_pieces(set),
									DSA_ALLOC_HUGE);
	part = dsa_get_address(share->area, pointer);
	piece = part->pieces;
	for (uint32 number = 0; number <= SET_NULL_ITEM; number++)
	{
		SetPartition *partition = &set->partitions[number];

		part->first[number] = piece - part->pieces;
		for (uint32 i = 0; i < partition->num_extents; i++)
		{
			piece->chunk = InvalidDsaPointer;
			piece->fileno = partition->extents[i].fileno;
			piece->offset = partition->extents[i].offset;
			piece->size = partition->extents[i].size;
			piece++;
		}
		while (partition->first != NULL)
		{
			SetChunk   *chunk = partition->first;

			partition->first = chunk->next;
			piece->chunk = chunk->shared;
			piece->size = chunk->used;
			piece++;
			pfree(chunk);
		}
	}
	part->first[SET_PARTITIONS + 1] = piece - part->pieces;
	memset(set->partitions, 0, sizeof(set->partitions));
	memset(set->cursors, 0, sizeof(set->cursors));
	timeline_set_close(set);
	share->shared->parts[share->number] = pointer;
}

void
timeline_set_share_end(TimelineSet *set)
{
	Barrier    *barrier = &set->share->shared->barrier;

	publish(set);
	BarrierArriveAndWait(barrier, PG_WAIT_EXTENSION);
	BarrierDetach(barrier);
}

void
timeline_set_share_note(SharedSet *shared, Size memory, uint64 file_bytes)
{
	pg_atomic_fetch_add_u64(&shared->memory, memory);
	pg_atomic_fetch_add_u64(&shared->file_bytes, file_bytes);
}

void
timeline_set_share_noted(SharedSet *shared, Size *memory, uint64 *file_bytes)
{
	*memory = pg_atomic_read_u64(&shared->memory);
	*file_bytes = pg_atomic_read_u64(&shared->file_bytes);
}

/*----------
 * Memory and files.
 *----------
 */

char *
timeline_set_share_allocate(SetShare *share, Size size, dsa_pointer *pointer)
{
	*pointer = dsa_allocate_extended(share->area, size, DSA_ALLOC_HUGE);
	return dsa_get_address(share->area, *pointer);
}

void
timeline_set_share_free(SetShare *share, dsa_pointer pointer)
{
	dsa_free(share->area, pointer);
}

static void
file_name(char *name, uint32 number)
{
	snprintf(name, MAXPGPATH, "part.%u", number);
}

BufFile *
timeline_set_share_file(SetShare *share)
{
	char		name[MAXPGPATH];

	file_name(name, share->number);
	return BufFileCreateFileSet(&share->shared->files.fs, name);
}

/* The file of another part, or of this one, to be read. */
static BufFile *
open_file(SetShare *share, uint32 number)
{
	if (share->files == NULL)
		share->files = MemoryContextAllocZero(share->context, sizeof(BufFile *) * share->shared->max_parts);
	if (share->files[number] == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(share->context);
		char		name[MAXPGPATH];

		file_name(name, number);
		share->files[number] = BufFileOpenFileSet(&share->shared->files.fs, name, O_RDONLY, false);
		MemoryContextSwitchTo(old);
	}
	return share->files[number];
}

void
timeline_set_share_close(SetShare *share)
{
	if (share->files == NULL)
		return;
	for (int i = 0; i < share->shared->max_parts; i++)
	{
		if (share->files[i] != NULL)
			BufFileClose(share->files[i]);
		share->files[i] = NULL;
	}
}

/*----------
 * Names.
 *----------
 */

/* Numbers here what others have numbered. */
static void
learn_names(SetNames *names)
{
	SetShare   *share = names->share;
	dsa_pointer pointer = share->shared->first_name;

	if (DsaPointerIsValid(share->last_name))
		pointer = ((SharedName *) dsa_get_address(share->area, share->last_name))->next;
	while (DsaPointerIsValid(pointer))
	{
		const SharedName *name = dsa_get_address(share->area, pointer);

		(void) timeline_set_add_state(names, name->data, name->len);
		share->last_name = pointer;
		pointer = name->next;
	}
}

void
timeline_set_share_lock(SetNames *names)
{
	LWLockAcquire(&names->share->shared->names_lock, LW_EXCLUSIVE);
	learn_names(names);
}

void
timeline_set_share_unlock(SetNames *names)
{
	LWLockRelease(&names->share->shared->names_lock);
}

void
timeline_set_share_name(SetNames *names, const char *data, uint32 len)
{
	SetShare   *share = names->share;
	SharedSet  *shared = share->shared;
	dsa_pointer pointer = dsa_allocate_extended(share->area, offsetof(SharedName, data) + len, DSA_ALLOC_HUGE);
	SharedName *name = dsa_get_address(share->area, pointer);

	name->next = InvalidDsaPointer;
	name->len = len;
	memcpy(name->data, data, len);
	if (DsaPointerIsValid(shared->last_name))
		((SharedName *) dsa_get_address(share->area, shared->last_name))->next = pointer;
	else
		shared->first_name = pointer;
	shared->last_name = pointer;
	learn_names(names);
}

void
timeline_set_share_names(SetNames *names)
{
	timeline_set_share_lock(names);
	timeline_set_share_unlock(names);
}

/*----------
 * Reading.
 *----------
 */

/* Adds what one process has of a partition. */
static void
take_part(TimelineSet *set, SetPartition *partition, uint32 part_number, uint32 number)
{
	SetShare   *share = set->share;
	const SharedPart *part = dsa_get_address(share->area, share->shared->parts[part_number]);

	for (uint32 i = part->first[number]; i < part->first[number + 1]; i++)
	{
		const SharedPiece *piece = &part->pieces[i];

		if (DsaPointerIsValid(piece->chunk))
		{
			SetChunk   *chunk = MemoryContextAllocZero(set->context, sizeof(SetChunk));

			chunk->size = chunk->used = piece->size;
			chunk->data = dsa_get_address(share->area, piece->chunk);
			chunk->shared = piece->chunk;
			chunk->next = partition->first;
			partition->first = chunk;
		}
		else
		{
			SetExtent  *extent = &partition->extents[partition->num_extents++];

			extent->file = open_file(share, part_number);
			extent->fileno = piece->fileno;
			extent->offset = piece->offset;
			extent->size = piece->size;
		}
	}
}

uint32
timeline_set_share_take(TimelineSet *set)
{
	SharedSet  *shared = set->share->shared;
	uint32		number = pg_atomic_fetch_add_u32(&shared->next_partition, 1);
	SetPartition *partition;
	uint32		num_pieces = 0;

	if (number > SET_NULL_ITEM)
		return SET_NULL_ITEM + 1;
	partition = &set->partitions[number];
	for (int i = 0; i < shared->max_parts; i++)
	{
		if (DsaPointerIsValid(shared->parts[i]))
		{
			const SharedPart *part = dsa_get_address(set->share->area, shared->parts[i]);

			num_pieces += part->first[number + 1] - part->first[number];
		}
	}
	partition->max_extents = num_pieces;
	partition->extents = MemoryContextAllocHuge(set->context, sizeof(SetExtent) * Max((Size) num_pieces, 1));
	for (int i = 0; i < shared->max_parts; i++)
	{
		if (DsaPointerIsValid(shared->parts[i]))
			take_part(set, partition, i, number);
	}
	return number;
}
