// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Pelago.Engine.Server;

/// <summary>Counts and durations of requests in Prometheus' text form, under upstream's names.</summary>
internal sealed class RequestMetrics
{
    private static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly ConcurrentDictionary<(string Verb, string Group, string Version, string Resource, string Subresource, int Code), Counter> _counts = new();
    private readonly ConcurrentDictionary<(string Verb, string Group, string Resource, string Subresource), Histogram> _durations = new();

    public void Record(
        string verb, string group, string version, string resource, string subresource, int code, TimeSpan duration, bool isLongRunning)
    {
        _counts.GetOrAdd((verb, group, version, resource, subresource, code), static _ => new Counter()).Add();
        if (!isLongRunning)
            _durations.GetOrAdd((verb, group, resource, subresource), static _ => new Histogram()).Record(duration.TotalSeconds);
    }

    public void Write(StringBuilder text)
    {
        text.Append("# HELP apiserver_request_total Requests by verb, resource and HTTP code.\n# TYPE apiserver_request_total counter\n");
        foreach ((var key, Counter counter) in _counts)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"apiserver_request_total{{code=\"{key.Code}\",group=\"{key.Group}\",resource=\"{key.Resource}\",subresource=\"{key.Subresource}\",verb=\"{key.Verb.ToUpperInvariant()}\",version=\"{key.Version}\"}} {counter.Value}\n");
        }

        const string name = "apiserver_request_duration_seconds";
        text.Append("# HELP ").Append(name).Append(" Response latency; watches and streams left out.\n# TYPE ").Append(name).Append(" histogram\n");
        foreach ((var key, Histogram histogram) in _durations)
        {
            string labels = $"group=\"{key.Group}\",resource=\"{key.Resource}\",subresource=\"{key.Subresource}\",verb=\"{key.Verb.ToUpperInvariant()}\"";
            histogram.Write(text, name, labels);
        }
    }

    private sealed class Counter
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Add() => Interlocked.Increment(ref _value);
    }

    private sealed class Histogram
    {
        private readonly long[] _buckets = new long[Bounds.Length + 1];
        private long _microseconds;

        public void Record(double seconds)
        {
            int at = 0;
            while (at < Bounds.Length && seconds > Bounds[at])
                at++;
            Interlocked.Increment(ref _buckets[at]);
            Interlocked.Add(ref _microseconds, (long)(seconds * 1e6));
        }

        public void Write(StringBuilder text, string name, string labels)
        {
            long below = 0;
            for (int i = 0; i < Bounds.Length; i++)
            {
                below += Volatile.Read(ref _buckets[i]);
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"{Bounds[i]}\"}} {below}\n");
            }

            long count = below + Volatile.Read(ref _buckets[^1]);
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"+Inf\"}} {count}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{{labels}}} {Volatile.Read(ref _microseconds) / 1e6}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_count{{{labels}}} {count}\n");
        }
    }
}
