// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube.Schema;

/// <summary>What is wrong with the bytes of a document, as texts that go behind <c>… cannot be handled as a …: </c>.</summary>
/// <param name="Error">The document cannot be decoded: bad JSON, too large, too deep, or a value of a type that the field cannot hold. Null if none.</param>
/// <param name="Strict">
/// <c>unknown field "spec.foo"</c> and <c>duplicate field "spec.replicas"</c>: an error under fieldValidation=Strict, warnings under Warn.
/// At most <see cref="StrictDecoding.MaxFindings"/>.
/// </param>
public sealed record DecodeFindings(string? Error, IReadOnlyList<string> Strict)
{
    public static DecodeFindings None { get; } = new(null, []);

    /// <summary>The text of a Strict refusal: <c>strict decoding error: unknown field "a", unknown field "b"</c>.</summary>
    public string StrictError => "strict decoding error: " + string.Join(", ", Strict);
}
