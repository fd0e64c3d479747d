/*
 * flow_periods.h
 *		When one item was active, waiting, blocked or in a stage.
 *
 * All are on the clock, and the running one ends at as_of or has no end, so the working time
 * of the periods is the metric of the same name. Each function adds to a list.
 */
#ifndef VSM_FLOW_PERIODS_H
#define VSM_FLOW_PERIODS_H

#include "item/item.h"

/* Active stages outside layers (active), or all the rest (not active). */
extern void item_add_worked(const FlowItem *item, bool active, PeriodList *list);

/* Under at least one layer. */
extern void item_add_all_blocked(const FlowItem *item, PeriodList *list);

/* In a stage (or UNMAPPED_STAGE); of a blocked one: under that layer. */
extern void item_add_stage(const FlowItem *item, int stage, PeriodList *list);

#endif							/* VSM_FLOW_PERIODS_H */
