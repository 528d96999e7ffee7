// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.OpenApi;

/// <summary>The two dialects: swagger 2.0 in one document, OpenAPI 3.0 in one for each group version.</summary>
internal enum OpenApiVersion
{
    V2,
    V3,
}
