// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Schema;

/// <summary>
/// The causes of a 422, with the texts of apimachinery pkg/util/validation/field/errors.go, which clients match:
/// <c>Required value</c>, <c>Unsupported value: "x": supported values: "a", "b"</c>, <c>Invalid value: 5: must be …</c>.
/// </summary>
public static class FieldCause
{
    public static StatusCause Required(string field, string detail = "") =>
        new("FieldValueRequired", WithDetail("Required value", detail), field);

    public static StatusCause Invalid(string field, JsonNode? value, string detail) =>
        new("FieldValueInvalid", WithDetail("Invalid value: " + Print(value), detail), field);

    public static StatusCause TypeInvalid(string field, JsonNode? value, string detail) =>
        new("FieldValueTypeInvalid", WithDetail("Invalid value: " + Print(value), detail), field);

    public static StatusCause NotSupported(string field, JsonNode? value, IEnumerable<string> supported)
    {
        string values = string.Join(", ", supported.Select(GoText.Quote));
        return new StatusCause("FieldValueNotSupported",
            WithDetail("Unsupported value: " + Print(value), values.Length == 0 ? "" : "supported values: " + values), field);
    }

    public static StatusCause Duplicate(string field, JsonNode? value) =>
        new("FieldValueDuplicate", "Duplicate value: " + Print(value), field);

    public static StatusCause NotFound(string field, JsonNode? value) =>
        new("FieldValueNotFound", "Not found: " + Print(value), field);

    public static StatusCause Forbidden(string field, string detail) =>
        new("FieldValueForbidden", WithDetail("Forbidden", detail), field);

    public static StatusCause TooLong(string field, long bytes) =>
        new("FieldValueTooLong", $"Too long: may not be more than {bytes} {(bytes == 1 ? "byte" : "bytes")}", field);

    public static StatusCause TooMany(string field, long actual, long most) =>
        new("FieldValueTooMany", $"Too many: {actual}: must have at most {most} {(most == 1 ? "item" : "items")}", field);

    private static string Print(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.String => GoText.Quote(value.GetValue<string>()),
        _ => Encoding.UTF8.GetString(KubeJson.ToUtf8(value)),
    };

    private static string WithDetail(string body, string detail) => detail.Length == 0 ? body : $"{body}: {detail}";
}
