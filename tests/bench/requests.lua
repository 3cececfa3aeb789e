-- Sends the paths of a file, each thread its own share of the lines, and judges every answer's status and a sample of bodies.
-- Arguments: file, method, number of threads, "once" or "again" (what to do after the last line), status, text of the body.
-- Ends with one line of JSON: microseconds, and how many answers were wrong.

local SAMPLE = 20 -- every so manieth body is searched for the text

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  local file, method, share = args[1], args[2], tonumber(args[3])
  once, status_wanted, text_wanted = args[4] == "once", tonumber(args[5]), args[6]
  answers, wrong, wrong_answer, exhausted, sent, paths = 0, 0, "", false, 0, {}
  local line = 0
  for path in io.lines(file) do
    if line % share == number then
      table.insert(paths, wrk.format(method, path))
    end
    line = line + 1
  end
end

function request()
  if sent == #paths then
    if once then
      exhausted = true
      wrk.thread:stop()
    end
    sent = 0
  end
  sent = sent + 1
  return paths[sent]
end

function response(status, headers, body)
  answers = answers + 1
  if status ~= status_wanted or (answers % SAMPLE == 1 and not body:find(text_wanted, 1, true)) then
    wrong = wrong + 1
    wrong_answer = status .. " " .. body:sub(1, 200)
  end
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', " ") .. '"'
end

function done(summary, latency)
  local wrong_answers, example, ran_out = 0, "", false
  for _, thread in ipairs(threads) do
    wrong_answers = wrong_answers + thread:get("wrong")
    ran_out = ran_out or thread:get("exhausted")
    if thread:get("wrong_answer") ~= "" then
      example = thread:get("wrong_answer")
    end
  end
  local errors = summary.errors
  print(string.format(
    '{"requests": %d, "duration": %d, "p50": %d, "p99": %d, "wrong": %d, "broken": %d, "exhausted": %s, "example": %s}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), wrong_answers,
    errors.connect + errors.read + errors.write + errors.timeout, tostring(ran_out), quoted(example)
  ))
end
