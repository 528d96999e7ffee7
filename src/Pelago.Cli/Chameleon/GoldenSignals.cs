// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Cli.Chameleon;

/// <summary>Latency, traffic, errors and saturation of one instance, for Prometheus.</summary>
internal sealed class GoldenSignals
{
    private static readonly double[] Bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300];
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[Bounds.Length + 1];
    private readonly SortedDictionary<int, long> _codes = [];
    private double _seconds;

    public double Saturation { get; set; }

    public double MemoryBytes { get; set; }

    public void Count(int code, double seconds)
    {
        int bucket = Array.FindIndex(Bounds, bound => seconds <= bound);
        lock (_gate)
        {
            _buckets[bucket < 0 ? Bounds.Length : bucket]++;
            _codes[code] = _codes.GetValueOrDefault(code) + 1;
            _seconds += seconds;
        }
    }

    public long Requests
    {
        get
        {
            lock (_gate)
                return _buckets.Sum();
        }
    }

    /// <summary>The samples of several instances in the text format 0.0.4.</summary>
    public static string Page(IReadOnlyList<Instance> instances)
    {
        var page = new StringBuilder();
        Family(page, "http_requests_total", "counter", "Requests by code", instances, (signals, labels) =>
        {
            foreach ((int code, long count) in signals._codes)
                page.Append(CultureInfo.InvariantCulture, $"http_requests_total{{{labels},code=\"{code}\"}} {count}\n");
        });
        Family(page, "http_request_duration_seconds", "histogram", "Time to an answer", instances, (signals, labels) => signals.Histogram(page, labels));
        Family(page, "saturation_ratio", "gauge", "Load as a part of capacity", instances, (signals, labels) =>
            page.Append(CultureInfo.InvariantCulture, $"saturation_ratio{{{labels}}} {signals.Saturation:0.####}\n"));
        Family(page, "memory_bytes", "gauge", "Memory that it pretends to hold", instances, (signals, labels) =>
            page.Append(CultureInfo.InvariantCulture, $"memory_bytes{{{labels}}} {signals.MemoryBytes:0}\n"));
        return page.ToString();
    }

    private static void Family(StringBuilder page, string name, string type, string help, IReadOnlyList<Instance> instances, Action<GoldenSignals, string> write)
    {
        page.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (Instance instance in instances)
        {
            lock (instance.Signals._gate)
                write(instance.Signals, $"persona=\"{instance.Persona.Name}\",instance_name=\"{instance.Name}\"");
        }
    }

    private void Histogram(StringBuilder page, string labels)
    {
        long below = 0;
        for (int i = 0; i < Bounds.Length; i++)
        {
            below += _buckets[i];
            page.Append(CultureInfo.InvariantCulture, $"http_request_duration_seconds_bucket{{{labels},le=\"{Bounds[i]}\"}} {below}\n");
        }

        below += _buckets[^1];
        page.Append(CultureInfo.InvariantCulture, $"http_request_duration_seconds_bucket{{{labels},le=\"+Inf\"}} {below}\n");
        page.Append(CultureInfo.InvariantCulture, $"http_request_duration_seconds_sum{{{labels}}} {_seconds:0.######}\nhttp_request_duration_seconds_count{{{labels}}} {below}\n");
    }
}
