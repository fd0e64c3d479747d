/*
 * group_state_text.h
 *		The text form of states of the aggregates over many timelines.
 *
 * It is JSON, because Citus ships states as text: lossless, and independent of the session's
 * settings. An unknown configuration is null.
 */
#ifndef VSM_GROUP_STATE_TEXT_H
#define VSM_GROUP_STATE_TEXT_H

#include "base/json_tree.h"
#include "lib/stringinfo.h"
#include "stream/group_state.h"
#include "workflow/workflow.h"

/* Appends "key":"value" to an object that is being written, which begins with {. */
extern void group_text_string(StringInfo buf, const char *key, const char *value);

/* Appends "key": in the same way. */
extern void group_text_key(StringInfo buf, const char *key);

/*
 * Reads the object of a text by parse, which returns NULL with error filled if the members are
 * not right. keys are all its members, each needed. NULL, with error filled, for what is no state.
 */
typedef FlatState *(*GroupStateParser) (const JsonTree *object, InputError *error);
extern FlatState *group_state_from_text(const char *text, int len, const FlatFormat *format,
										const char *const *keys, GroupStateParser parse, InputError *error);

/* Readers of members; false, or NULL, with error filled where one is not what it should be. */
extern bool group_read_int64(const JsonTree *node, int64 *value, InputError *error);
extern bool group_read_numbers(const JsonTree *array, int count, int64 *values, InputError *error);
extern bool group_read_timestamp(const JsonTree *node, int64 *value, InputError *error);
extern bool group_read_string(const JsonTree *node, const char **value, InputError *error);
extern Workflow *group_read_workflow(const JsonTree *node, InputError *error);

#endif							/* VSM_GROUP_STATE_TEXT_H */
