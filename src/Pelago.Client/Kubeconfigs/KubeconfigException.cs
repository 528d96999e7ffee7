// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client;

/// <summary>A kubeconfig that cannot be used; the message names the file or the context and what to do.</summary>
public sealed class KubeconfigException(string message, Exception? inner) : Exception(message, inner);
