// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;

namespace Pelago.Hub.Page.Access;

/// <summary>Knows login codes by the key of the home, and lets each be used once. For many threads.</summary>
internal sealed class UsedCodes(byte[] key, TimeProvider time)
{
    /// <summary>Clocks of one machine are one clock; a code from further ahead was not made by it.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);

    /// <summary>The code, used now; null with the reason when it is not good.</summary>
    public LoginCode? Take(string text, out string objection)
    {
        objection = "";
        if (!LoginCode.TryRead(key, text, out LoginCode? code))
        {
            objection = "this link is not of this daemon, or it was made before the daemon started anew";
            return null;
        }
        DateTimeOffset now = time.GetUtcNow();
        if (code.Expires < now || code.Expires > now + LoginCode.Lifetime + Slack)
        {
            objection = $"this link was good for {LoginCode.Lifetime.TotalMinutes:0} minutes, which are over";
            return null;
        }
        lock (_gate)
        {
            foreach (string gone in _used.Where(pair => pair.Value < now).Select(pair => pair.Key).ToList())
                _used.Remove(gone);
            if (_used.TryAdd(code.Id, code.Expires))
                return code;
        }
        objection = "this link was used already; each is good once";
        return null;
    }
}
