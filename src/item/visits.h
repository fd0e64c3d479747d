/*
 * visits.h
 *		The visits of one item, summed up by stage.
 */
#ifndef VSM_VISITS_H
#define VSM_VISITS_H

#include "item/flow_time.h"

/* All visits of one stage, off the clock included; of a blocked one its spells. */
typedef struct StageSummary
{
	int			visits;
	FlowTime	duration;
	FlowTime	on_clock;
	FlowTime	blocked;
	bool		entered;
	int64		first_entered_at;
	bool		left;
	int64		last_left_at;
} StageSummary;

/*
 * The summaries of all stages by number and, last, of (unmapped), by the calendar (NULL: wall
 * clock). In the current memory context.
 */
extern StageSummary *stage_summaries(const FlowItem *item, CalendarReader *calendar);

/* The visit that holds at a time, or -1 before the first. */
extern int	item_visit_at(const FlowItem *item, int64 at);

#endif							/* VSM_VISITS_H */
