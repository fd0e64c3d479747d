/*
 * execute_sql.h
 *		Statements whose plans are kept for the session.
 */
#ifndef VSM_EXECUTE_SQL_H
#define VSM_EXECUTE_SQL_H

#include "executor/spi.h"

/*
 * Executes a statement with so many parameters of type text, whose plan is kept; SPI is connected.
 * nulls as SPI_execute_plan takes them. Returns SPI's code; an error if SPI does not take the statement.
 */
extern int	execute_kept(const char *statement, int arguments, Datum *values, const char *nulls);

#endif
