// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies;

/// <summary>Collects what validation finds, worded as apimachinery's field errors (pkg/util/validation/field/errors.go).</summary>
internal sealed class FieldErrors
{
    private readonly List<StatusCause> _causes = [];
    private readonly List<string> _covered = [];

    public IReadOnlyList<StatusCause> Causes => _causes;

    public bool Any => _causes.Count > 0;

    public void Add(StatusCause cause) => _causes.Add(cause);

    /// <summary>Adds what a schema found, unless a rule of the kind has complained of the field, or of what holds it, already. Metadata has rules of its own.</summary>
    public void AddUnlessCovered(StatusCause cause)
    {
        string field = cause.Field ?? "";
        if (field.StartsWith("metadata.", StringComparison.Ordinal))
            return;
        if (_causes.Exists(present => present.Field is not null && IsWithin(field, present.Field)) || _covered.Exists(known => IsWithin(field, known)))
            return;
        _causes.Add(cause);
    }

    /// <summary>The rules of the kind have judged a field and what is in it: the schema has no say there.</summary>
    public void Cover(string field) => _covered.Add(field);

    public bool IsCovered(string field) => _covered.Contains(field);

    public void Required(string field, string detail = "") => Add("FieldValueRequired", "Required value", field, detail);

    public void Invalid(string field, object? value, string detail) =>
        Add("FieldValueInvalid", $"Invalid value: {Text(value)}", field, detail);

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", "Forbidden", field, detail);

    public void Duplicate(string field, object? value, string detail = "") => Add("FieldValueDuplicate", $"Duplicate value: {Text(value)}", field, detail);

    public void NotFound(string field, object? value) => Add("FieldValueNotFound", $"Not found: {Text(value)}", field, "");

    public void NotSupported(string field, object? value, params ReadOnlySpan<string> supported)
    {
        var quoted = new List<string>(supported.Length);
        foreach (string one in supported)
            quoted.Add(GoText.Quote(one));
        Add("FieldValueNotSupported", $"Unsupported value: {Text(value)}", field, $"supported values: {string.Join(", ", quoted)}");
    }

    public void TooLong(string field, int most) =>
        Add("FieldValueTooLong", "Too long", field, $"may not be more than {most.ToString(CultureInfo.InvariantCulture)} bytes");

    private static bool IsWithin(string field, string parent) =>
        parent.Length > 0 && field.StartsWith(parent, StringComparison.Ordinal) && (field.Length == parent.Length || field[parent.Length] is '.' or '[');

    private void Add(string reason, string what, string field, string detail) =>
        _causes.Add(new StatusCause(reason, detail.Length == 0 ? what : $"{what}: {detail}", field));

    private static string Text(object? value) => value switch
    {
        null => "\"null\"",
        GoSyntax go => go.Text,
        string text => GoText.Quote(text),
        bool flag => flag ? "true" : "false",
        JsonValue node when node.GetValueKind() == JsonValueKind.String => GoText.Quote(node.GetValue<string>()),
        JsonNode node => Encoding.UTF8.GetString(KubeJson.ToUtf8(node)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
