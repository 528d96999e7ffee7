// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Bench;

/// <summary>Named figures in the order they were measured; a name may have dots: <c>ratio.creates64</c>.</summary>
internal sealed class Report(string bench)
{
    private readonly List<(string Name, double Value, string Unit)> _figures = [];
    private readonly List<(string Name, string Text)> _notes = [];

    public double this[string name] => _figures.Find(figure => figure.Name == name).Value;

    public void Add(string name, double value, string unit)
    {
        _figures.Add((name, Round(value), unit));
        Console.Error.WriteLine($"{name} {Round(value)} {unit}");
    }

    /// <summary>Words about the run: which processes were counted.</summary>
    public void Note(string name, string text)
    {
        _notes.Add((name, text));
        Console.Error.WriteLine($"{name}: {text}");
    }

    public string ToJson()
    {
        var root = new JsonObject
        {
            ["bench"] = bench,
            ["machine"] = new JsonObject
            {
                ["cpus"] = Environment.ProcessorCount,
                ["os"] = Environment.OSVersion.VersionString,
                ["runtime"] = Environment.Version.ToString(),
            },
        };
        foreach ((string name, string text) in _notes)
            Put(root, name, text);
        foreach ((string name, double value, _) in _figures)
            Put(root, name, value);
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static void Put(JsonObject root, string name, JsonNode value)
    {
        JsonObject at = root;
        string[] path = name.Split('.');
        foreach (string part in path[..^1])
            at = (JsonObject)(at[part] ??= new JsonObject());
        at[path[^1]] = value;
    }

    public string ToTable()
    {
        var text = new StringBuilder();
        int width = _figures.Max(figure => figure.Name.Length);
        foreach ((string name, double value, string unit) in _figures)
            text.AppendLine($"{name.PadRight(width)}  {value,12:#,0.###}  {unit}");
        return text.ToString().TrimEnd();
    }

    /// <summary>Three significant digits: more would be noise.</summary>
    private static double Round(double value) =>
        value == 0 || !double.IsFinite(value) ? 0 : Math.Round(value, Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6));
}
