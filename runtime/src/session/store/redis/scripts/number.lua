-- The next version or fencing number of a provider. The time is in it, so that numbers grow even where the data,
-- and the last number with it, was lost; the last number is, so that they grow where the clock was set back.
local function next_number(key)
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
  local last = tonumber(redis.call('GET', key) or '0')
  local number = string.format('%.0f', math.max(now, last + 1))
  redis.call('SET', key, number)
  return number
end
