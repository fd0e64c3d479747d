/*
 * execute_sql.h
 *		Statements whose plans are kept for the session.
 */
#ifndef VSM_EXECUTE_SQL_H
#define VSM_EXECUTE_SQL_H

#include "executor/spi.h"

/* The plan of a statement with so many parameters of type text; SPI is connected. */
extern SPIPlanPtr kept_plan(const char *statement, int arguments);

#endif
