/*
 * item_sql.h
 *		What every SQL function over (timeline, workflow [, calendar] [, as_of]) shares: its
 *		arguments, and time as it is measured.
 */
#ifndef VSM_ITEM_SQL_H
#define VSM_ITEM_SQL_H

#include "access/tupdesc.h"
#include "calendar/calendar.h"
#include "fmgr.h"
#include "item/item.h"
#include "workflow/workflow_io.h"

/* What a call site keeps from call to call, in fn_extra. */
typedef struct ItemCall
{
	WorkflowCache workflow;
	CalendarReader *calendars;	/* slot of calendar_reader_cached */
	TupleDesc	tupdesc;		/* of functions that return a composite */
} ItemCall;

extern ItemCall *item_call(FunctionCallInfo fcinfo);

/* No such argument. */
#define NO_ARGUMENT		(-1)

/*
 * The item of arguments 0 (timeline) and 1 (workflow), up to the as_of of its argument; NULL
 * if one of the two is NULL or the item has no visit. Valid until the next such call. Errors:
 * 22008 for an infinite as_of, 22023 for an unknown state under rule unmapped = error.
 */
extern const FlowItem *item_arguments(FunctionCallInfo fcinfo, int as_of_argno);

/* The reader of the calendar of an argument; NULL: wall clock. */
extern CalendarReader *item_calendar(FunctionCallInfo fcinfo, int calendar_argno);

/* An amount of time that may be unknown: that of a running visit without as_of. */
typedef struct FlowTime
{
	bool		known;
	int64		microseconds;
} FlowTime;

/* Adds the time from since to until (PERIOD_UNBOUNDED: unknown) by the calendar; 22008 if it overflows. */
extern void flow_time_add(FlowTime *sum, CalendarReader *calendar, int64 since, int64 until);

/* Adds an amount; unknown if it is, 22008 if it overflows. */
extern void flow_time_sum(FlowTime *sum, FlowTime part);

/* Adds the parts of [since, until) that are blocked. */
extern void flow_time_add_blocked(FlowTime *sum, CalendarReader *calendar, const FlowItem *item,
								  int64 since, int64 until, int *cursor);

/* The time on the clock of one stage, or of one layer. */
extern FlowTime item_stage_time(const FlowItem *item, CalendarReader *calendar, int stage);

/*
 * An interval: wall clock as timestamptz - timestamptz gives it (days and time), working
 * time in hours and smaller only.
 */
extern Datum flow_time_interval(int64 microseconds, CalendarReader *calendar);

/* The name of a visit's stage as text. */
extern Datum item_stage_text(const FlowItem *item, int stage);

/*
 * The number of the stage that a text argument names, UNMAPPED_STAGE for (unmapped) under
 * rule waiting; 22023 for any other.
 */
extern int	item_stage_argument(const Workflow *workflow, text *name);

/* The outcome in words. */
extern const char *item_outcome_name(ItemOutcome outcome);

#endif							/* VSM_ITEM_SQL_H */
