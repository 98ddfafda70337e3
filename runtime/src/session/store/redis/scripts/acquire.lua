-- KEYS lease, number; ARGV owner, milliseconds. Gives the fence, or '' and the milliseconds that are left.
local left = redis.call('PTTL', KEYS[1])
if left >= 0 then
  return {'', math.max(left, 1)}
end
local fence = next_number(KEYS[2])
redis.call('SET', KEYS[1], fence .. ' ' .. ARGV[1], 'PX', ARGV[2])
return {fence, 0}
