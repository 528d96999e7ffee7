// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;

namespace Pelago.Node.Serving.Usage;

/// <summary>Prometheus' text format 0.0.4, one family after the other.</summary>
internal sealed class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    private readonly StringBuilder _text = new();

    /// <summary>The labels of a sample: <c>{pod="a",namespace="b"}</c>.</summary>
    public static string Labels(params ReadOnlySpan<(string Name, string Value)> labels)
    {
        var text = new StringBuilder("{");
        foreach ((string name, string value) in labels)
            text.Append(text.Length > 1 ? "," : "").Append(name).Append("=\"").Append(Escaped(value)).Append('"');
        return text.Append('}').ToString();
    }

    public MetricsText Gauge(string name, string help, params IEnumerable<(string Labels, double Value)> samples) => Family(name, "gauge", help, samples);

    public MetricsText Counter(string name, string help, params IEnumerable<(string Labels, double Value)> samples) => Family(name, "counter", help, samples);

    public override string ToString() => _text.ToString();

    private MetricsText Family(string name, string type, string help, IEnumerable<(string Labels, double Value)> samples)
    {
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach ((string labels, double value) in samples)
            _text.Append(CultureInfo.InvariantCulture, $"{name}{labels} {value}\n");
        return this;
    }

    private static string Escaped(string value) => value.AsSpan().IndexOfAny('\\', '"', '\n') < 0
        ? value
        : value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
