/*
 * item_sql.h
 *		What every SQL function over (timeline, workflow [, calendar] [, as_of]) shares: its
 *		arguments and the values it returns.
 */
#ifndef VSM_ITEM_SQL_H
#define VSM_ITEM_SQL_H

#include "access/tupdesc.h"
#include "calendar/calendar_io.h"
#include "fmgr.h"
#include "item/flow_time.h"
#include "workflow/workflow_io.h"

/* What a call site keeps from call to call, in fn_extra. */
typedef struct ItemCall
{
	WorkflowCache workflow;
	CalendarReader *calendars;	/* slot of calendar_reader_cached */
	TupleDesc	tupdesc;		/* of functions that return a composite */
	struct PathPattern *pattern;	/* of vsm.path_matches */
} ItemCall;

/* That of the function called, zeroed at first. */
extern ItemCall *item_call(FunctionCallInfo fcinfo);

/* The workflow of an argument. */
extern const Workflow *item_workflow(FunctionCallInfo fcinfo, int argno);

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

/*
 * A known amount as an interval: wall clock as timestamptz - timestamptz gives it (days and
 * time), working time in hours and smaller only.
 */
extern Datum flow_time_interval(FlowTime time, CalendarReader *calendar);

/* The name of a visit's stage as text. */
extern Datum item_stage_text(const FlowItem *item, int stage);

/* The number of the stage that a text argument names: item_find_stage. */
extern int	item_stage_argument(const Workflow *workflow, text *name);

#endif							/* VSM_ITEM_SQL_H */
