\echo Use "CREATE EXTENSION vsm" to load this file. \quit

