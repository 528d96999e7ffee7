// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace Pelago.Store;

/// <summary>
/// Named places where the store fails on purpose, to prove that it survives. Text form, also of the environment variable
/// <c>PELAGO_FAILPOINTS</c>: <c>store.before-commit=abort@25;store.torn-batch=error;store.after-commit-before-publish=delay:50</c>.
/// <c>abort</c> ends the process as SIGKILL does, <c>error</c> throws an I/O error, <c>delay</c> only waits; <c>:MS</c> waits so long before;
/// <c>@N</c> acts at the N-th pass only.
/// </summary>
public sealed class Failpoints
{
    /// <summary>All writes of the batch are in the transaction; it is not committed.</summary>
    public const string BeforeCommit = "store.before-commit";

    /// <summary>The batch is durable; nobody was told.</summary>
    public const string AfterCommit = "store.after-commit-before-publish";

    /// <summary>Half of the batch's writes are in the transaction.</summary>
    public const string TornBatch = "store.torn-batch";

    /// <summary>The environment variable that switches failpoints on in a daemon.</summary>
    public const string Variable = "PELAGO_FAILPOINTS";

    private readonly ConcurrentDictionary<string, Point> _points = new(StringComparer.Ordinal);

    /// <summary>The failpoints of <see cref="Variable"/>; null when it is not set.</summary>
    public static Failpoints? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? Parse(text) : null;

    /// <summary>Reads the text form; a text that is not of that form is a FormatException.</summary>
    public static Failpoints Parse(string text)
    {
        var points = new Failpoints();
        foreach (string entry in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new FormatException($"failpoint \"{entry}\" is not of the form NAME=ACTION");
            points.Set(entry[..equals], entry[(equals + 1)..]);
        }
        return points;
    }

    /// <summary>Switches one failpoint on; the action as in the text form.</summary>
    public void Set(string name, string action) => _points[name] = Point.Parse(name, action);

    public void Clear(string name) => _points.TryRemove(name, out _);

    internal void Reach(string name)
    {
        if (_points.TryGetValue(name, out Point? point))
            point.Reach(name);
    }

    private sealed class Point(string action, int delay, int onlyPass)
    {
        private int _passes;

        public static Point Parse(string name, string text)
        {
            string[] parts = text.Split('@');
            string[] action = parts[0].Split(':');
            int delay = 0, pass = 0;
            bool known = action[0] is "abort" or "error" || (action[0] == "delay" && action.Length == 2);
            bool timed = action.Length == 1 || (action.Length == 2 && int.TryParse(action[1], CultureInfo.InvariantCulture, out delay) && delay >= 0);
            bool counted = parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out pass) && pass > 0);
            return known && timed && counted
                ? new Point(action[0], delay, pass)
                : throw new FormatException($"failpoint {name}: \"{text}\" is not abort, error or delay:MS, each with :MS to wait before and @N for the N-th pass only");
        }

        public void Reach(string name)
        {
            int pass = Interlocked.Increment(ref _passes);
            if (onlyPass != 0 && pass != onlyPass)
                return;
            if (delay > 0)
            {
                using var wait = new ManualResetEventSlim();
                wait.Wait(delay);
            }
            if (action == "abort")
                Process.GetCurrentProcess().Kill();
            if (action == "error")
                throw new IOException($"failpoint {name}");
        }
    }
}
