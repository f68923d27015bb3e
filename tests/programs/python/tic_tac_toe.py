WINS = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


def show(board):
    for row in range(3):
        print(" | ".join(board[row * 3 : row * 3 + 3]))
        if row < 2:
            print("--+---+--")
    print()


def winner(board):
    for a, b, c in WINS:
        if board[a] == board[b] == board[c] != " ":
            return board[a]
    return None


def best_move(board, player):
    """Minimax: (score for X, move)."""
    won = winner(board)
    if won:
        return (1 if won == "X" else -1), None
    free = [i for i, cell in enumerate(board) if cell == " "]
    if not free:
        return 0, None
    results = []
    for move in free:
        board[move] = player
        results.append((best_move(board, "O" if player == "X" else "X")[0], move))
        board[move] = " "
    return max(results, key=lambda r: r[0]) if player == "X" else min(results, key=lambda r: r[0])


board = ["X", " ", " ", " ", "O", " ", " ", " ", "X"]
player = "O"
while winner(board) is None and " " in board:
    board[best_move(board, player)[1]] = player
    player = "X" if player == "O" else "O"
    show(board)
print("Winner:", winner(board) or "nobody, a draw")
