# Puts SQL together: awk -v top=FOLDER/ -v parts='FILE ...' -v model='FILE ...' -f sql/assemble.awk FILE ...
# copies its files, an empty line after each. A line "-- include WHAT" in them stands for more, WHAT being
#   ROOM/FILE.sql       that part
#   NAME ARGUMENT ...   the block of that name in sql/type_blocks.sql; its last parameter is the rest of the line
#   model_files         the statements of the files of model as rows (file, statement), a file behind those it names objects of
#   functions           in a step to the present version: all functions, procedures and aggregates of parts, made or replaced,
#                       and all comments and ALTER FUNCTION, whose settings a replacement does not keep; what CREATE OR REPLACE
#                       cannot do the step says itself

function fail(message) {
	print "sql/assemble.awk: " message > "/dev/stderr"
	failed = 1
	exit 1
}

# Every occurrence of what replaced by with, both taken as they are.
function replace(text, what, with,    place, done) {
	while ((place = index(text, what)) > 0) {
		done = done substr(text, 1, place - 1) with
		text = substr(text, place + length(what))
	}
	return done text
}

function read_file(path,    line, text, status) {
	while ((status = (getline line < path)) > 0)
		text = text line "\n"
	close(path)
	if (status < 0)
		fail("cannot read " path)
	return text
}

function read_blocks(    text, lines, line, word, name, i) {
	lines = split(read_file(top "sql/type_blocks.sql"), line, "\n")
	for (i = 1; i <= lines; i++) {
		if (line[i] ~ /^-- block /) {
			split(line[i], word, " ")
			name = word[3]
			parameters[name] = line[i]
			sub(/^-- block [a-z_]+ */, "", parameters[name])
			body[name] = ""
		} else if (line[i] == "-- end")
			name = ""
		else if (name != "")
			body[name] = body[name] line[i] "\n"
	}
}

# Puts a line, or what it stands for.
function expand(line,    name, rest, text, count, parameter, argument, i) {
	if (line !~ /^-- include /) {
		put(line)
		return
	}
	name = rest = line
	sub(/^-- include /, "", name)
	sub(/ .*/, "", name)
	if (!sub(/^-- include [^ ]+ /, "", rest))
		rest = ""
	if (name == "functions")
		put_functions()
	else if (name == "model_files")
		put_text(model_files())
	else if (name ~ /\//)
		put_text(read_file(top "sql/" name))
	else if (name in body) {
		text = body[name]
		count = split(parameters[name], parameter, " ")
		for (i = 1; i <= count; i++) {
			argument = rest
			if (i < count) {
				if (rest == "")
					fail("an argument is missing: " line)
				sub(/ .*/, "", argument)
				if (!sub(/^[^ ]+ /, "", rest))
					rest = ""
			}
			text = replace(text, "{" parameter[i] "}", argument)
		}
		put_text(text)
	} else
		fail("there is no block for: " line)
}

function put_text(text,    lines, line, i) {
	lines = split(text, line, "\n") - 1
	for (i = 1; i <= lines; i++)
		expand(line[i])
}

# All lines, or of an upgrade the statements that can be repeated, CREATE having become CREATE OR REPLACE.
function put(line) {
	if (!only_functions) {
		print line
		return
	}
	if (!statement && line ~ /^[A-Z]/) {
		statement = 1
		wanted = line ~ /^(CREATE( OR REPLACE)? (FUNCTION|PROCEDURE|AGGREGATE)|ALTER FUNCTION|COMMENT ON) /
		sub(/^CREATE (OR REPLACE )?/, "CREATE OR REPLACE ", line)
	}
	if (!statement)
		return
	if (wanted)
		print line
	if (statement_ends(line))
		statement = 0
}

# Whether a statement ends with this line: not inside a dollar quote or a body of BEGIN ATOMIC.
function statement_ends(line,    semicolon, tag) {
	semicolon = line ~ /;$/
	if (line ~ /^BEGIN ATOMIC$/)
		atomic = 1
	if (line ~ /^END;$/)
		atomic = 0
	while (match(line, /\$[a-z_]*\$/)) {
		tag = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		if (quote == "")
			quote = tag
		else if (quote == tag)
			quote = ""
	}
	return semicolon && quote == "" && !atomic
}

function put_functions(    count, path, i) {
	only_functions = 1
	count = split(parts, path, " ")
	for (i = 1; i <= count; i++) {
		put_text(read_file(path[i]))
		if (statement)
			fail("the last statement does not end in " path[i])
	}
	only_functions = 0
}

# The files of the model, each behind those whose objects it names as :"schema".NAME.
function model_files(    count, path, i, name, outer_quote) {
	count = split(model, path, " ")
	for (i = 1; i <= count; i++) {
		name = path[i]
		sub(/.*\//, "", name)
		sub(/\.sql$/, "", name)
		if (name in file_of)
			fail("two files of the model have one name: " file_of[name] " and " path[i])
		names[i] = name
		file_of[name] = path[i]
		text_of[name] = read_file(path[i])
	}
	outer_quote = quote
	quote = quoted = ""
	for (i = 1; i <= count; i++)
		add_model_file(names[i], count)
	quote = outer_quote
	return quoted "\n"
}

function add_model_file(name, count,    i, text, short, lines, line, sql) {
	if (state[name] == "added")
		return
	if (state[name] == "begun")
		fail("files of the model name each other, one of them " file_of[name])
	state[name] = "begun"
	for (i = 1; i <= count; i++)
		if (names[i] != name && names_object(text_of[name], ":\"schema\"." names[i]))
			add_model_file(names[i], count)
	state[name] = "added"

	# Statement by statement, as EXECUTE format(statement, schema) makes it again.
	text = replace(text_of[name], "%", "%%")
	text = replace(text, ":\"schema\"", "%1$I")
	text = replace(text, ":'schema'", "%1$L")
	if (index(text, "$sql$"))
		fail("$sql$ cannot stand in " file_of[name])
	short = file_of[name]
	sub(/.*sql\/model\//, "", short)
	lines = split(text, line, "\n") - 1
	for (i = 1; i <= lines; i++) {
		if (sql == "" && line[i] !~ /^[A-Z]/)
			continue
		sql = sql (sql == "" ? "" : "\n") line[i]
		if (statement_ends(line[i])) {
			sub(/;$/, "", sql)
			quoted = quoted (quoted == "" ? "" : ",\n") "\t('" short "', $sql$" sql "$sql$)"
			sql = ""
		}
	}
	if (sql != "")
		fail("the last statement does not end in " file_of[name])
}

function names_object(text, object,    place) {
	while ((place = index(text, object)) > 0) {
		text = substr(text, place + length(object))
		if (text !~ /^[A-Za-z0-9_]/)
			return 1
	}
	return 0
}

BEGIN {
	read_blocks()
	for (i = 1; i < ARGC; i++) {
		put_text(read_file(ARGV[i]))
		print ""
	}
	exit
}

END {
	exit failed
}
