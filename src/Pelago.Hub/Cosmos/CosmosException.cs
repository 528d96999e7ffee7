// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Hub.Cosmos;

/// <summary>Ends the handling of a request.</summary>
internal sealed class CosmosException(CosmosError error) : Exception(error.Message)
{
    public CosmosError Error => error;
}
