// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Apply;

/// <summary>A document does not fit its schema so far that its fields cannot be told apart: duplicate or missing list keys, wrong types.</summary>
internal sealed class FieldTypeException(IReadOnlyList<string> errors) : Exception(Join(errors))
{
    public FieldTypeException(string error)
        : this([error])
    {
    }

    private static string Join(IReadOnlyList<string> errors) =>
        errors.Count == 1 ? errors[0] : "errors:\n  " + string.Join("\n  ", errors);
}
