"""The floor's statements, written by hand."""

SESSION = """
SELECT s.id AS session_id, s.audience AS portal, s.last_seen_at, s.expires_at, s.revoked_at,
  p.id AS person_id, p.workspace_id, p.organization_id, p.department_id, p.default_site_id, p.all_sites,
  p.is_worker, p.must_change_password, p.status, p.language, p.name, p.version, p.access_expires_at,
  p.locked_until, r.audience, r.name, r.grants,
  (SELECT json_agg(json_build_array(g.permission, g.scope, g.bundle, g.expires_at, g.reason))
   FROM direct_grants g WHERE g.person_id = s.person_id) AS direct
FROM sessions s JOIN people p ON p.id = s.person_id JOIN roles r ON r.id = p.role_id
WHERE s.token_hash = $1
"""

SEEN = "UPDATE sessions SET last_seen_at = $2 WHERE id = $1"

VIEWER = """
SELECT json_build_object('data', json_build_object('viewer',
  json_build_object('name', p.name, 'audience', r.audience, 'language', p.language)))
FROM people p JOIN roles r ON r.id = p.role_id WHERE p.id = $1
"""

LEVEL = "CASE r.priority WHEN 1 THEN 'LOW' WHEN 2 THEN 'NORMAL' WHEN 3 THEN 'HIGH' WHEN 4 THEN 'URGENT' END"
CREATED = """to_char(r.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
FACTS = f"""'number', 'R-' || r.number, 'title', r.title, 'status', r.status, 'priority', {LEVEL},
    'createdAt', {CREATED}"""

NEWEST = f"""
SELECT json_build_object('data', json_build_object('requests', json_build_object('nodes', coalesce(json_agg(
  json_build_object({FACTS},
    'requester', CASE WHEN c.id IS NOT NULL THEN json_build_object('name', c.name, 'phone', c.phone) END,
    'site', CASE WHEN s.id IS NOT NULL THEN json_build_object('name', s.name) END,
    'assignees', (
      SELECT coalesce(json_agg(json_build_object('name', w.name, 'phone', w.phone) ORDER BY w.sort_name, w.id), '[]')
      FROM assignments o JOIN people w ON w.id = o.worker_id
      WHERE o.request_id = r.id AND o.ended_at IS NULL AND w.is_worker))
  ORDER BY r.id DESC), '[]'))))
FROM (
  SELECT * FROM requests WHERE workspace_id = $2 AND deleted_at IS NULL
    AND id = ANY(ARRAY(SELECT request_id FROM assignments WHERE worker_id = $1 AND ended_at IS NULL))
    AND site_id = ANY(ARRAY(SELECT site_id FROM person_sites WHERE person_id = $1))
  ORDER BY id DESC LIMIT 50
) r
LEFT JOIN people c ON c.id = r.requester_id AND c.organization_id IS NOT NULL
LEFT JOIN sites s ON s.id = r.site_id
"""  # noqa: S608

PRIORITY = f"""
SELECT json_build_object('data', json_build_object('requests', json_build_object(
  'totalCount', (
    SELECT count(*) FROM requests
    WHERE workspace_id = $1 AND deleted_at IS NULL AND status IN ('OPEN', 'IN_PROGRESS')),
  'nodes', coalesce(json_agg(json_build_object({FACTS},
    'requester', CASE WHEN c.id IS NOT NULL THEN json_build_object('name', c.name) END,
    'site', CASE WHEN s.id IS NOT NULL THEN json_build_object('name', s.name) END)
  ORDER BY r.priority DESC, r.id DESC), '[]'))))
FROM (
  SELECT * FROM requests WHERE workspace_id = $1 AND deleted_at IS NULL AND status IN ('OPEN', 'IN_PROGRESS')
  ORDER BY priority DESC, id DESC LIMIT 50
) r
LEFT JOIN people c ON c.id = r.requester_id AND c.organization_id IS NOT NULL
LEFT JOIN sites s ON s.id = r.site_id
"""  # noqa: S608

SEARCH = """
SELECT json_build_object('data', json_build_object('contacts', json_build_object('nodes', coalesce(json_agg(
  json_build_object('name', p.name, 'email', p.email,
    'organization', CASE WHEN o.id IS NOT NULL THEN json_build_object('name', o.name) END,
    'department', CASE WHEN d.id IS NOT NULL THEN json_build_object('name', d.name) END)
  ORDER BY p.sort_name, p.id), '[]'))))
FROM (
  SELECT * FROM people
  WHERE workspace_id = $1 AND organization_id IS NOT NULL AND status <> 'DELETED'
    AND (search_text LIKE $2 OR department_id = ANY(ARRAY(
      SELECT id FROM departments WHERE workspace_id = $1 AND search_text LIKE $2)))
  ORDER BY sort_name, id LIMIT 25
) p
LEFT JOIN organizations o ON o.id = p.organization_id
LEFT JOIN departments d ON d.id = p.department_id
"""

# $1 workspace, $2 administrator, $3 request, $4 worker, $5 now, $6-$10 ids of the new rows
ASSIGN = """
WITH request AS (
  UPDATE requests SET version = version + 1, updated_at = $5
  WHERE id = $3 AND workspace_id = $1 AND status NOT IN ('DONE', 'CANCELLED')
  RETURNING id, status, version, site_id
), worker AS (
  UPDATE people p SET notification_seq = notification_seq + 1 FROM request
  WHERE p.id = $4 AND p.workspace_id = $1 AND p.is_worker AND p.status IN ('NO_ACCESS', 'INVITED', 'ACTIVE')
    AND (p.all_sites OR EXISTS (
      SELECT FROM person_sites s WHERE s.person_id = p.id AND s.site_id = request.site_id))
  RETURNING p.id, p.name, p.email, p.phone, p.notification_seq
), assignment AS (
  INSERT INTO assignments (id, workspace_id, request_id, worker_id, assigned_at, assigned_by_id)
  SELECT $6, $1, request.id, worker.id, $5, $2 FROM request, worker
), activity AS (
  INSERT INTO activities (id, workspace_id, request_id, actor_id, kind, before, after, internal, created_at)
  SELECT $7, $1, request.id, $2, 'ASSIGNED', '{}', jsonb_build_object('worker', worker.name, 'worker_id', worker.id),
    false, $5 FROM request, worker
), notification AS (
  INSERT INTO notifications (id, workspace_id, seq, recipient_id, request_id, activity_id, kind, live, digest,
    created_at)
  SELECT $8, $1, worker.notification_seq, worker.id, request.id, $7, 'ASSIGNED', true, false, $5
  FROM request, worker
), delivery AS (
  INSERT INTO deliveries (id, workspace_id, recipient_id, notification_id, channel, template, data, state, attempts,
    next_attempt_at, unclear, created_at)
  SELECT message.id, $1, worker.id, $8, message.channel, 'request', '{}', 'QUEUED', 0, $5, false, $5
  FROM worker, (VALUES ($9::uuid, 'EMAIL'), ($10::uuid, 'SMS')) AS message (id, channel)
  WHERE CASE message.channel WHEN 'EMAIL' THEN worker.email ELSE worker.phone END IS NOT NULL
)
SELECT json_build_object('data', json_build_object('assignRequest', json_build_object(
  'errors', '[]'::json, 'warnings', '[]'::json, 'request', json_build_object(
    'id', 'req_' || replace(request.id::text, '-', ''), 'status', request.status, 'version', request.version))))
FROM request, worker
"""
