/*
 * workflow_text.h
 *		The JSON form of workflows, and the words in it.
 */
#ifndef VSM_WORKFLOW_TEXT_H
#define VSM_WORKFLOW_TEXT_H

#include "workflow/workflow.h"

/* Reads the JSON form; NULL, with error filled (22P02, 22P05), if it is malformed. */
extern Workflow *workflow_from_text(const char *json, int len, InputError *error);

/* The JSON form: stages in order, each on the same line, rules always written. */
extern char *workflow_to_text(const Workflow *workflow);

/* The words of classes and rules in JSON and in results. */
extern const char *stage_class_name(StageClass stage_class);
extern bool stage_class_parse(const char *name, StageClass *stage_class);

/*
 * Sets the rules that are not NULL ("pause", ...); false, with error filled, if a word is
 * not a value of its rule.
 */
extern bool workflow_set_rules(WorkflowSource *source, const char *start, const char *reopen,
							   const char *backward, const char *unmapped, InputError *error);

#endif							/* VSM_WORKFLOW_TEXT_H */
