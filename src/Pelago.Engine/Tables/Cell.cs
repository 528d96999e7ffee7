// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;

namespace Pelago.Engine.Tables;

/// <summary>One value of a Table row: a text, a number, a truth value, or nothing (JSON null, which kubectl leaves blank).</summary>
internal readonly record struct Cell
{
    private readonly object? _value;

    private Cell(object? value) => _value = value;

    public static Cell Null => default;

    public static implicit operator Cell(string text) => new(text);

    public static implicit operator Cell(long number) => new(number);

    public static implicit operator Cell(double number) => new(number);

    public static implicit operator Cell(bool flag) => new(flag);

    public void WriteTo(Utf8JsonWriter writer)
    {
        switch (_value)
        {
            case string text:
                writer.WriteStringValue(text);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>As kubectl shows it.</summary>
    public override string ToString() => _value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)_value,
    };
}
