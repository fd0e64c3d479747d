/*
 * told_fact_sql.h
 *		A fact as readers tell it: its columns and kinds, what makes it one, and the names in it.
 */
#ifndef VSM_TOLD_FACT_SQL_H
#define VSM_TOLD_FACT_SQL_H

/*
 * The columns of vsm.fact, then the document that states the fact, when that was received, the kept
 * payload that it stands in, and whether that is read again.
 */
enum
{
	SOURCE, FACT, ENTITY, AT, VALUE, ID, NAME, PREVIOUS, VALUE_ID, PREVIOUS_ID, SEQ, METHOD, CONFIDENCE, UNTIL, DETAILS, VERSION,
	DOCUMENT, RECEIVED_AT, PAYLOAD, AGAIN, COLUMNS
};

typedef enum FactKind
{
	FACT_EVENT, FACT_OBSERVED, FACT_CREATED, FACT_CHANGE, FACT_ALIAS, FACT_HISTORY, FACT_LINK, FACT_ITEM, FACT_MERGE_REQUEST,
	FACT_COMMIT, FACT_BUILD, FACT_DEPLOYMENT, FACT_INCIDENT, FACT_USAGE, FACT_OUTCOME, FACT_KINDS
} FactKind;

extern const char *const fact_kind_names[FACT_KINDS];

/* The kind that a text names; -1: none that is written. */
extern int	fact_kind(Datum name);

/* The bytes of a column that is a text; 0 if it is NULL. Texts are not toasted. */
extern int	fact_text_size(const Datum *values, const bool *nulls, int column);

/* False of a fact that lacks what it is about, its time or its target. */
extern bool is_fact(int kind, const Datum *values, const bool *nulls);

/*
 * Why a name in a fact is one that keys and indexes of a model cannot hold: longer than 1,000 bytes, or
 * 2,500 with the other names of its key. NULL if there is none.
 */
extern char *long_name_reason(int kind, const Datum *values, const bool *nulls);

#endif							/* VSM_TOLD_FACT_SQL_H */
