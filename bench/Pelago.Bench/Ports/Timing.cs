// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Pelago.Bench.Ports;

/// <summary>Time of one operation of which many go into a millisecond.</summary>
internal static class Timing
{
    private const int Rounds = 15;

    /// <summary>
    /// The mean of so many repetitions, or of those that fit into the time; where time is left, the median of several such rounds, since
    /// one interruption is longer than a thousand short operations. In nanoseconds, and how many a round had.
    /// </summary>
    public static (double Mean, int Repetitions) Mean(Action act, int repetitions, TimeSpan atMost)
    {
        act();
        long started = Stopwatch.GetTimestamp();
        List<double> means = [];
        int done = 0;
        while (means.Count < Rounds && (means.Count == 0 || Stopwatch.GetElapsedTime(started) < atMost / 10))
        {
            (double mean, done) = Round(act, repetitions, atMost);
            means.Add(mean);
        }
        means.Sort();
        return (means[means.Count / 2], done);
    }

    private static (double Mean, int Repetitions) Round(Action act, int repetitions, TimeSpan atMost)
    {
        long started = Stopwatch.GetTimestamp();
        int done = 0;
        while (done < repetitions && (done < 3 || Stopwatch.GetElapsedTime(started) < atMost))
        {
            // The clock is read once for several of the short ones.
            int batch = Math.Min(repetitions - done, done < 100 ? 1 : 50);
            for (int i = 0; i < batch; i++)
                act();
            done += batch;
        }
        return (Stopwatch.GetElapsedTime(started).TotalNanoseconds / done, done);
    }

    /// <summary>Brings the code into its final shape, in which a scheduler that runs for hours has it.</summary>
    public static void Warm(Action act, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
            act();
    }
}
