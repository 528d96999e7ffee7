// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>Ends parsing or evaluation from deep inside; never leaves <see cref="JsonPath"/>.</summary>
internal sealed class JsonPathRefusedException(string message) : Exception(message);
