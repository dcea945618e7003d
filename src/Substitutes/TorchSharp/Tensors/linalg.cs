using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class linalg
    {
        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }

        public static (Tensor L, Tensor info) cholesky_ex(Tensor input, bool check_errors = false) =>
            Aten.Call2("linalg_cholesky_ex", input, false, check_errors);

        public static Tensor cond(Tensor input, double p) => Aten.Call("linalg_cond", input, p);

        public static Tensor cond(Tensor input, string p) => Aten.Call("linalg_cond.p_str", input, p);

        public static Tensor cond(Tensor input) => Aten.Call("linalg_cond", input, Arg.None);

        public static Tensor cross(Tensor input, Tensor other, long dim = -1) =>
            Aten.Call("linalg_cross", input, other, dim);

        public static (Tensor, Tensor) slogdet(Tensor input) => Aten.Call2("linalg_slogdet", input);

        public static Tensor diagonal(Tensor input, int offset = 0, int dim1 = -2, int dim2 = -1) =>
            Aten.Call("linalg_diagonal", input, offset, dim1, dim2);

        public static (Tensor, Tensor) eig(Tensor input) => Aten.Call2("linalg_eig", input);

        public static Tensor eigvals(Tensor input) => Aten.Call("linalg_eigvals", input);

        public static Tensor eigvalsh(Tensor input, char UPLO = 'L') =>
            Aten.Call("linalg_eigvalsh", input, UPLO.ToString());

        public static Tensor householder_product(Tensor A, Tensor tau) =>
            Aten.Call("linalg_householder_product", A, tau);

        public static (Tensor L, Tensor info) inv_ex(Tensor input, bool check_errors = false) =>
            Aten.Call2("linalg_inv_ex", input, check_errors);

        public static (Tensor Solution, Tensor Residuals, Tensor Rank, Tensor SingularValues) lstsq(
            Tensor input, Tensor other) => Aten.Call4("linalg_lstsq", input, other);

        public static (Tensor P, Tensor L, Tensor U) lu(Tensor input, bool pivot = true) =>
            Aten.Call3("linalg_lu", input, pivot);

        public static (Tensor LU, Tensor? Pivots) lu_factor(Tensor input, bool pivot = true) =>
            Aten.Call2("linalg_lu_factor", input, pivot);

        public static (Tensor LU, Tensor? Pivots) ldl_factor(Tensor input, bool hermitian = false) =>
            Aten.Call2("linalg_ldl_factor", input, hermitian);

        public static Tensor matrix_exp(Tensor input) => Aten.Call("linalg_matrix_exp", input);

        public static Tensor norm(Tensor input, string ord, long[]? dims = null, bool keepdim = false) =>
            Aten.Call("linalg_norm.ord_str", input, ord, dims, keepdim);

        public static Tensor matrix_rank(
            Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Aten.Call("linalg_matrix_rank.atol_rtol_float", input, atol, rtol, hermitian);

        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced) =>
            Aten.Call2(
                "linalg_qr", input, mode switch
                {
                    QRMode.Complete => "complete",
                    QRMode.R => "r",
                    _ => "reduced",
                });

        public static Tensor solve_triangular(
            Tensor A, Tensor B, bool upper, bool left = true, bool unitriangular = false) =>
            Aten.Call("linalg_solve_triangular", A, B, upper, left, unitriangular);

        public static Tensor tensorinv(Tensor input, long ind) => Aten.Call("linalg_tensorinv", input, ind);

        public static Tensor tensorsolve(Tensor A, Tensor B, long[]? dims = null) =>
            Aten.Call("linalg_tensorsolve", A, B, dims);

        public static Tensor vander(Tensor input, long? N = null) => Aten.Call("linalg_vander", input, N);

        public static Tensor vecdot(Tensor x, Tensor y, long dim = -1) => Aten.Call("linalg_vecdot", x, y, dim);
    }

    public partial class Tensor
    {
        public (Tensor res, Tensor logabsdet) slogdet() => Aten.Call2("slogdet", this);

        public Tensor pinverse(double rcond = 1e-15, bool hermitian = false) => linalg.pinv(this, rcond, hermitian);

        public Tensor cholesky_inverse(bool upper = false) => Aten.Call("cholesky_inverse", this, upper);

        public Tensor cholesky_solve(Tensor input2, bool upper = false) =>
            Aten.Call("cholesky_solve", this, input2, upper);
    }

    public static (Tensor res, Tensor logabsdet) slogdet(Tensor input) => input.slogdet();

    public static Tensor pinverse(Tensor input, double rcond = 1e-15, bool hermitian = false) =>
        input.pinverse(rcond, hermitian);

    public static Tensor cholesky_inverse(Tensor input, bool upper = false) => input.cholesky_inverse(upper);

    public static Tensor cholesky_solve(Tensor input, Tensor input2, bool upper = false) =>
        input.cholesky_solve(input2, upper);

    public static Tensor matrix_exp(Tensor input) => input.matrix_exp();

    public static (Tensor A, Tensor tau) geqrf(Tensor input) => Aten.Call2("geqrf", input);

    public static (Tensor X, Tensor A) triangular_solve(
        Tensor b, Tensor A, bool upper = true, bool transpose = false, bool unitriangular = false) =>
        Aten.Call2("triangular_solve", b, A, upper, transpose, unitriangular);

    // V, where linalg.svd gives its conjugate transpose.
    public static (Tensor U, Tensor S, Tensor V) svd(Tensor input, bool some = true, bool compute_uv = true) =>
        Aten.Call3("svd", input, some, compute_uv);
}
