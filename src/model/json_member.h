/*
 * json_member.h
 *		Members of payloads, read without ever raising: a member that is null, missing, empty or of
 *		another type than it should be costs that member only.
 */
#ifndef VSM_JSON_MEMBER_H
#define VSM_JSON_MEMBER_H

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

/*
 * The member of an object that a text names, or the element of an array; false if there is none.
 * container may be NULL.
 */
extern bool member_at(JsonbContainer *container, const char *text, int len, JsonbValue *value);

/* What vsm.json_text gives: the text of a text or number; NULL if it is empty or anything else. */
extern text *member_text(const JsonbValue *value);

/* What vsm.json_time gives; false if it is no time, or what tools write for never. */
extern bool member_time(const JsonbValue *value, TimestampTz *time);

#endif							/* VSM_JSON_MEMBER_H */
