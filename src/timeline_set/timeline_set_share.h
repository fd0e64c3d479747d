/*
 * timeline_set_share.h
 *		A set of timelines that several processes fill and read together.
 *
 * Each process appends its events to partitions of its own, whose chunks lie in shared memory, or
 * beyond its limit of memory in a temporary file that the others can open. When all have ended, each
 * partition is read by one of them, whoever comes first. Names of states have the same number in all
 * processes: who meets a new one adds it to a list that all share.
 *
 * Processes wait for each other once, between filling and reading, and none gives anything away
 * before; so nobody waits for somebody who waits to be read. Who comes when the set is filled only
 * reads.
 */
#ifndef VSM_TIMELINE_SET_SHARE_H
#define VSM_TIMELINE_SET_SHARE_H

#include "storage/dsm.h"
#include "timeline_set/timeline_set.h"

/* What lies in the memory that the processes begin with. */
typedef struct SharedSet SharedSet;

/* How much of it is needed. */
extern Size timeline_set_share_size(int num_processes);

/* Begins it, in the process that made the segment; the others attach to it. */
extern void timeline_set_share_init(SharedSet *shared, int num_processes, dsm_segment *segment);
extern void timeline_set_share_attach(SharedSet *shared);

/* Makes it as it was in the beginning; only one process is left. */
extern void timeline_set_share_reset(SharedSet *shared, dsa_area *area);

/* This process's part of a set. The area is one that all processes have. */
extern TimelineSet *timeline_set_new_shared(MemoryContext context, bool text_keys, Size max_memory,
											SharedSet *shared, dsa_area *area);

/* Whether this process takes part in filling the set; then it must end that, which waits for the others. */
extern bool timeline_set_share_begin(TimelineSet *set);
extern void timeline_set_share_end(TimelineSet *set);

/* What the processes have taken in all, those that have said so. */
extern void timeline_set_share_note(SharedSet *shared, Size memory, uint64 file_bytes);
extern void timeline_set_share_noted(SharedSet *shared, Size *memory, uint64 *file_bytes);

/*----------
 * For the files of the set.
 *----------
 */

extern char *timeline_set_share_allocate(struct SetShare *share, Size size, dsa_pointer *pointer);
extern void timeline_set_share_free(struct SetShare *share, dsa_pointer pointer);

/* The temporary file that this process writes. */
extern BufFile *timeline_set_share_file(struct SetShare *share);

/* Closes the files that others have written. */
extern void timeline_set_share_close(struct SetShare *share);

/* Between these calls nobody else numbers names, and all that are numbered are known here. */
extern void timeline_set_share_lock(SetNames *names);
extern void timeline_set_share_name(SetNames *names, const char *name, uint32 len);
extern void timeline_set_share_unlock(SetNames *names);

/* Learns the names of all others. */
extern void timeline_set_share_names(SetNames *names);

/* Takes the next partition that nobody has taken, from all processes; returns its number, or one beyond the last. */
extern uint32 timeline_set_share_take(TimelineSet *set);

#endif							/* VSM_TIMELINE_SET_SHARE_H */
