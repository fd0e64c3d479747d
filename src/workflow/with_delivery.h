/*
 * with_delivery.h
 *		Workflows that name the states of code and of its release.
 */
#ifndef VSM_WITH_DELIVERY_H
#define VSM_WITH_DELIVERY_H

#include "workflow/workflow.h"

/*
 * The workflow with those states of code that no stage has yet, in the stages that with_delivery.c
 * says; NULL with error filled if it is too large with them.
 */
extern Workflow *workflow_with_delivery(const Workflow *workflow, InputError *error);

#endif							/* VSM_WITH_DELIVERY_H */
