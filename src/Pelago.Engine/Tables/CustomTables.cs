// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>Tables of custom resources: the name, and the <c>additionalPrinterColumns</c> of the version that is served.</summary>
internal static class CustomTables
{
    private const string NoValue = "<no value>";

    /// <summary>
    /// Reads the columns of a CustomResourceDefinition's version; without any, the age is shown. False when a path cannot be read:
    /// <paramref name="error"/> is upstream's text.
    /// </summary>
    public static bool TryRead(JsonArray? columns, [NotNullWhen(true)] out TablePrinter? printer, [NotNullWhen(false)] out string? error)
    {
        (printer, error) = (null, null);
        IReadOnlyList<JsonObject> definitions = PrintedObject.Items(columns);
        if (definitions.Count == 0)
        {
            printer = TablePrinter.Of(Column.Name, Column.Age with { Column = Column.Age.Column with { Type = "date" } });
            return true;
        }
        var read = new List<CellColumn> { Column.Name };
        foreach (JsonObject definition in definitions)
        {
            string path = definition.String("jsonPath") ?? "";
            if (!JsonPath.TryParseExpression(path, out JsonPath? compiled, out _))
            {
                error = $"unrecognized column definition {GoText.Quote(path)}";
                return false;
            }
            read.Add(Read(definition, path, compiled));
        }
        printer = TablePrinter.Of([.. read]);
        return true;
    }

    private static CellColumn Read(JsonObject definition, string path, JsonPath compiled)
    {
        string type = definition.String("type") ?? "string";
        string description = definition.String("description") is { Length: > 0 } text
            ? text
            : $"Custom resource definition column (in JSONPath format): {path}";
        var column = new TableColumn(
            definition.String("name") ?? "", type, description, (int)(definition.Integer("priority") ?? 0), definition.String("format") ?? "");
        return new CellColumn(column, item => compiled.Find(item.Json) is [var first, ..] ? Print(type, first, item.Now) : Cell.Null);
    }

    /// <summary>The first value that the path finds, if it is of the column's type.</summary>
    private static Cell Print(string type, JsonNode? value, DateTimeOffset now)
    {
        if (type == "string")
            return value is null ? NoValue : JsonPath.Print(value);
        return (type, value?.GetValueKind()) switch
        {
            ("integer", JsonValueKind.Number) => value.AsInteger() ?? (long)ToDouble(value!),
            ("number", JsonValueKind.Number) => ToDouble(value!),
            ("boolean", JsonValueKind.True or JsonValueKind.False) => value!.GetValue<bool>(),
            ("date", JsonValueKind.String) => Date(value!.GetValue<string>(), now),
            _ => Cell.Null,
        };
    }

    private static string Date(string text, DateTimeOffset now)
    {
        if (text is "" or "null")
            return HumanDuration.Unknown;
        return MetaTime.TryParse(text, out _) ? HumanDuration.Since(text, now) : "<invalid>";
    }

    private static double ToDouble(JsonNode number) => JsonSerializer.Deserialize<double>(KubeJson.ToUtf8(number));
}
