/*
 * what_if.h
 *		A counterfactual: the timeline of an item had a stage taken more or less time.
 */
#ifndef VSM_WHAT_IF_H
#define VSM_WHAT_IF_H

#include "item/item.h"

/*
 * The timeline of the item had visits of the stage lasted factor times as long, a number of at
 * least 0. Each instant moves to its visit's new beginning + round(offset * factor), other visits
 * keep their length; it stays at least one microsecond after the instant before it, so that the
 * order of events does not change. 22008 if an event would leave the range of timestamps.
 */
extern Timeline *what_if(const Timeline *timeline, const FlowItem *item, int stage, float8 factor);

#endif							/* VSM_WHAT_IF_H */
