/*
 * payload_json.h
 *		JSON text made jsonb in a fraction of the time and memory that PostgreSQL's parser takes.
 */
#ifndef VSM_PAYLOAD_JSON_H
#define VSM_PAYLOAD_JSON_H

#include "utils/jsonb.h"

/*
 * The jsonb of a text, byte for byte as jsonb_in makes it; NULL for all that needs a closer look,
 * which is then jsonb_in's: text that is not JSON, a scalar, what is nested deeply or very long,
 * numbers with an exponent, keys with an escape, escapes that text cannot hold.
 */
extern Jsonb *payload_jsonb(const char *text, size_t len);

#endif							/* VSM_PAYLOAD_JSON_H */
