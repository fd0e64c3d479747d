/*
 * execute_sql.h
 *		Statements whose plans are kept for the session.
 */
#ifndef VSM_EXECUTE_SQL_H
#define VSM_EXECUTE_SQL_H

#include "executor/spi.h"
#include "utils/array.h"

/*
 * Executes a statement with so many parameters of type text, whose plan is kept; SPI is connected.
 * nulls may be NULL, if no parameter is. What it returns goes to the receiver, or where SPI puts it.
 * Returns SPI's code; an error if SPI does not take the statement.
 */
extern int	execute_kept(const char *statement, int arguments, const Datum *values, const bool *nulls,
						 DestReceiver *receiver);

/*
 * The same for an array of texts, which may be NULL, so that the triggers that it fires stay who
 * they are.
 */
extern int	execute_guarded(const char *statement, ArrayType *arguments, DestReceiver *receiver);

#endif
