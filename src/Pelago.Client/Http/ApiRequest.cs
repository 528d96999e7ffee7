// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;

namespace Pelago.Client.Http;

/// <summary>One HTTP request as the API knows it.</summary>
internal readonly record struct ApiRequest(
    HttpMethod Method, string PathAndQuery, string Accept = ApiRequest.Json, ReadOnlyMemory<byte>? Body = null, string ContentType = ApiRequest.Json)
{
    public const string Json = "application/json";

    /// <summary>For messages: <c>GET /api/v1/pods</c>, without the query.</summary>
    public override string ToString()
    {
        int query = PathAndQuery.IndexOf('?', StringComparison.Ordinal);
        return $"{Method} {(query < 0 ? PathAndQuery : PathAndQuery[..query])}";
    }
}
