/*
 * timeline_packer.h
 *		Packing many timelines whose states have names from one list.
 */
#ifndef VSM_TIMELINE_PACKER_H
#define VSM_TIMELINE_PACKER_H

#include "timeline/timeline.h"

typedef struct TimelinePacker TimelinePacker;

/*
 * A packer for states of these names, all different, and the rank of each of them: its place
 * in the order of their bytes, which is its number in the events that are packed. Everything
 * is allocated in the current memory context; the bytes of the names must outlive it.
 */
extern TimelinePacker *timeline_packer_new(const StateName *names, uint32 num_names, uint32 *rank);

/*
 * The same timeline as timeline_pack makes, without comparing a byte. The array of events is
 * sorted in place. The result is valid until the next call. 54000 if it would take more than
 * 1 GB.
 */
extern const Timeline *timeline_packer_pack(TimelinePacker *packer, TimelineEvent *events,
											uint32 num_events);

#endif							/* VSM_TIMELINE_PACKER_H */
