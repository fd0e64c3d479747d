-- The names that columns have in the field, as they are after csv_name(): "Issue key", issueKey and issue_key are one.
-- Of one role a name of a better grade (1 before 2 before 3 before 4) wins; within a grade the data decide (roles.sql).

-- A header's text as a name: issueKey, "Issue key" and "issue.key" are issue_key.
CREATE FUNCTION csv_name(shown text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN btrim(regexp_replace(regexp_replace(lower(replace(regexp_replace(shown, '([[:lower:]\d])([[:upper:]])', '\1_\2', 'g'), '#',
	' number')),
	'[^[:alnum:]]+', '_', 'g'), '_(utc|gmt)_*$', ''), '_');

CREATE TABLE csv_known (role text, grade int, name text, PRIMARY KEY (role, name));

CREATE PROCEDURE known(role text, grade int, names text, prefixes text[] DEFAULT '{""}') LANGUAGE sql
BEGIN ATOMIC
	INSERT INTO csv_known SELECT role, grade, prefix || name
	FROM regexp_split_to_table(names, '\s+') AS n(name), unnest(prefixes) AS p(prefix) WHERE name <> ''
	ON CONFLICT DO NOTHING;
END;

CALL known('item', 1, 'case_concept_name case case_id caseid id_case issue issue_key issuekey issue_id issueid id_issue issue_number '
	'issue_no
	ticket ticket_id ticketid id_ticket ticket_key ticket_number ticket_no work_item work_item_id workitem workitem_id workitemid
	item item_id itemid item_key task_id taskid id_task task_key task_number card_id cardid card_number story_id user_story_id incident '
		'incident_id incident_number
	problem_number problem_id bug_id defect_id request_id request_number change_id change_number order_id order_nr order_no order_number '
		'application_id patient patient_id
	tache_id tâche_id trace_id entity_id object_id deal_id feature_id pull_request_number
	vorgang vorgangsnummer vorgangsschlüssel schlüssel ticketnummer clé clé_de_ticket clave clave_de_incidencia klucz_zgłoszenia chave '
		'chave_da_item chave_do_item
	工单号 任务编号 需求编号 事项编号 課題キー');
CALL known('item', 2, 'key id number no nr iid ref reference identifier formatted_id short_id short_link display_id index indice índice '
	'nummer numéro número
	编号 キー 番号');
CALL known('item', 3, 'project_id name title summary subject card_name task_name titel titre título');

-- When a state began.
CALL known('time', 1, 'changed_at changed_on change_date changed_date changed change_time change_date_time date timestamp time since '
	'entered_at set_at',
	'{status_,state_,phase_,stage_,step_,column_,list_,problem_,ticket_,issue_}');
CALL known('time', 2, 'time_timestamp timestamp event_timestamp event_time event_at changed_at changedat change_date changed_date '
	'date_changed changed_on change_time
	changed_time change_date_time date_of_change transition_date transitioned_at transition_time transition_timestamp moved_at moved_on '
		'entered entered_at entered_on
	date_entered entry_date occurred_at at when time datetime date_time complete_timestamp history_created history_date log_date log_time '
		'logged_at zeitpunkt zeitstempel
	horodatage タイムスタンプ 变更时间 操作时间 変更日時');
CALL known('time', 3, 'date_updated updated updated_at updated_date updated_on sys_updated_at sys_updated_on modified modified_at changed '
	'reported_at recorded_at
	registered_at date day event_date datum fecha data 日付 日期 日時 时间');
CALL known('time', 4, 'created created_at created_date created_on date_created creation_date create_date create_time created_time '
	'creation_time createdate
	createtime sys_created_on sys_created_at opened_at erstellt');

CALL known('state', 1, 'to to_status to_state to_string tostring original_to_value new_status new_state new_value newvalue newstring '
	'status_to state_to
	to_column to_stage to_list to_phase next_status concept_name activity activity_name activity_id activityid original_status
	neuer_status nach nouveau_statut nuevo_estado novo_status 新状态 新ステータス');
CALL known('state', 2, 'to_value status state phase stage step column list incident_state status_name state_name column_name list_name '
	'stage_name phase_name board_column
	event event_name event_type action operation zustand statut état etat estado situação situacao 状态 狀態 阶段 ステータス 状態 工程',
	'{"",issue_,ticket_,case_,task_,card_,item_,work_item_,problem_,system_,fields_,current_}');

CALL known('from', 1, 'from from_status from_state from_string fromstring from_value original_from_value from_column from_stage from_list '
	'from_phase
	old_status old_state old_value oldvalue oldstring previous_status previous_state previous_value previous prev_status prev_state '
		'prior_status status_from state_from
	alter_status von ancien_statut estado_anterior status_anterior 旧状态 旧ステータス');
CALL known('field', 1, 'field field_name fieldname field_id changed_field field_changed changed_attribute attribute property item_field '
	'items_field feld champ campo 字段');
CALL known('lifecycle', 1, 'lifecycle_transition lifecycle transition registration_type event_lifecycle transition_type start_complete');
CALL known('lifecycle', 2, 'event event_type type status state action');

-- The times of an item that lists of items have.
CALL known('created', 1, 'created created_at created_date created_on created_time created_datetime creation_date creation_time '
	'date_created createdate create_date createtime
	create_time createdat opened opened_at opened_date opened_on open_date date_opened submitted submitted_at submitted_date submitted_on '
		'submit_date
	reported reported_at reported_date reported_on published_at published raised raised_on received received_at',
	'{"",issue_,ticket_,case_,task_,card_,item_,work_item_,incident_,request_,bug_,sys_,system_,fields_,date_}');
CALL known('created', 1, 'date_creation erstellt erstellt_am erstelldatum angelegt angelegt_am créé créée création date_de_création creado '
	'creada fecha_de_creación fecha_creación
	utworzono создано criado criado_em data_de_criação data_criação 创建时间 创建日期 创建 建立時間 作成日 作成日時 登録日 登録日時');
CALL known('started', 1, 'activated activated_date activated_at started started_at started_date started_on start_date date_started '
	'work_started work_start in_progress_date begun
	begonnen_am 开始时间 開始日', '{"",issue_,ticket_,task_,card_,item_,work_item_,microsoft_vsts_common_,actual_}');
CALL known('closed', 1, 'resolved resolved_at resolved_date resolved_on resolved_time resolution_date resolutiondate date_resolved '
	'completed completed_at completed_date
	completed_on completed_time completion_date completion_time date_completed done done_at done_date done_on done_datetime date_done '
		'finished finished_at finished_date
	finished_on finish_date date_finished closed closed_at closed_date closed_on close_date closing_date date_closed merged merged_at '
		'delivered delivered_at delivery_date
	released released_at solved solved_at accepted accepted_at accepted_date end_date ended_at',
	'{"",issue_,ticket_,case_,task_,card_,item_,work_item_,incident_,request_,bug_,sys_,system_,fields_,microsoft_vsts_common_,actual_}');
CALL known('closed', 1, 'erledigt erledigt_am abgeschlossen abgeschlossen_am gelöst geschlossen geschlossen_am résolu résolue résolution '
	'fermé fermé_le date_de_résolution
	resuelto resuelta cerrado fecha_de_resolución concluído concluida concluído_em resolvido resolvida data_de_conclusão encerrado fechado
	完成时间 完成日期 关闭时间 解决时间 已解决 完了日 完了日時 解決日 終了日');

-- Steps between, and the end without a result.
CALL known('step', 1, 'triaged reviewed approved tested deployed verified assigned acknowledged committed',
	'{"",issue_,ticket_,task_,card_,item_,work_item_,date_}');
INSERT INTO csv_known SELECT role, grade, name || ending FROM csv_known, unnest(ARRAY['_at', '_date', '_on']) AS ending WHERE role = 'step';
CALL known('cancelled', 1, 'canceled cancelled canceled_at cancelled_at canceled_date cancelled_date canceled_on cancelled_on '
	'date_canceled rejected rejected_at rejected_date
	abandoned abandoned_at', '{"",issue_,ticket_,task_,card_,item_,work_item_,actual_}');

-- The rows of a log that say from when to when.
CALL known('start', 1, 'start start_timestamp start_time start_date start_datetime started_at started begin begin_time begin_timestamp '
	'begin_date begin_at from_time from_date valid_from
	start_at entered_at time_entered entered time_in date_in enter_date');
CALL known('start', 1, 'start started_at start_time start_date start_timestamp begin',
	'{status_,state_,phase_,stage_,step_,activity_,column_,list_}');
CALL known('end', 1, 'end end_timestamp end_time end_date end_datetime ended_at ended complete_timestamp completion_timestamp '
	'complete_time completion_time completed_at complete_date
	finish finish_time finish_timestamp finish_date finished_at to_time to_date valid_to end_at exited_at time_left left_at exited '
		'time_out date_out exit_date
	time_timestamp timestamp');
CALL known('end', 1, 'end ended_at end_time end_date end_timestamp finish', '{status_,state_,phase_,stage_,step_,activity_,column_,list_}');

-- Times that are no step of the work.
CALL known('other', 1, 'updated updated_at updated_date updated_on last_updated last_update modified modified_at modified_date '
	'last_modified changed changed_date changed_at
	last_viewed last_activity last_activity_date last_seen last_change viewed due due_date due_on duedate due_at deadline target '
		'target_date target_end target_start planned planned_start planned_end
	planned_date expected_date estimated_date enddate_planned first_response first_response_date first_response_at date_of_first_response '
		'status_category_changed
	state_change_date status_change_date archived archived_at imported imported_at exported exported_at snapshot_date birthday '
		'sprint_start sprint_end cycle_start cycle_end iteration_start iteration_end
	start_date_planned end_date_planned reminder_date sla_due date_echeance échéance fällig fälligkeitsdatum aktualisiert '
		'zuletzt_angesehen mis_à_jour date_d_échéance actualizada fecha_de_vencimiento
	atualizado data_limite 更新时间 截止日期 更新日 更新日時 期限日 期日',
	'{"",issue_,ticket_,case_,task_,card_,item_,work_item_,incident_,request_,bug_,sys_,system_,fields_,date_}');

CALL known('title', 1, 'summary title subject headline short_description card_name task_name issue_title issue_summary name '
	'zusammenfassung titel résumé titre resumen título resumo 标题 主题 摘要 要約 件名');
CALL known('type', 1, 'issue_type issuetype work_item_type workitem_type item_type ticket_type tracker type vorgangstyp type_de_ticket '
	'tipo_de_incidencia tipo_de_item tipo 类型 種別');
CALL known('team', 1, 'team team_name squad assigned_team equipe équipe equipo');

-- What numbers of items are counted within: number 7 of two repositories is two items.
CALL known('within', 1, 'repository repo repository_name repo_name repository_full_name repository_id package package_name project '
	'project_key project_name project_id');
DROP PROCEDURE known;
