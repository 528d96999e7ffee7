// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Node.Pods;

/// <summary>What the writer of a status wants of the API server's answer, a whole pod: its status and which writing of it that is.</summary>
internal readonly record struct PodAnswer(long Version, V1PodStatus? Status)
{
    /// <summary>The version of a pod whose version is no number: newer than all, and equal to none.</summary>
    public const long NoNumber = long.MaxValue;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth + 1 };

    /// <exception cref="JsonException">The answer is no pod.</exception>
    public static PodAnswer Read(ReadOnlyMemory<byte> utf8)
    {
        long version = VersionOf(ObjectIdentity.Read(utf8.Span).ResourceVersion);
        var reader = new Utf8JsonReader(utf8.Span, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isStatus = reader.ValueTextEquals("status"u8);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isStatus)
                return new PodAnswer(version, ModelJson.Decode<V1PodStatus>(utf8[start..(int)reader.BytesConsumed]));
        }
        return new PodAnswer(version, null);
    }

    public static long VersionOf(string? resourceVersion) =>
        long.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : NoNumber;
}
